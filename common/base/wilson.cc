#include "common/base/wilson.h"

#include <algorithm>
#include <cmath>

namespace motzkin {

ShareInterval WilsonInterval(int64_t hits, int64_t of) {
  if (of <= 0) return {};
  constexpr double kZ = 1.959964;  // 95 % of the normal distribution lie within it.
  const double n = static_cast<double>(of);
  const double share = static_cast<double>(hits) / n;
  const double z2 = kZ * kZ;
  const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  return {.lower = std::max(0.0, centre - half), .upper = std::min(1.0, centre + half)};
}

}  // namespace motzkin
