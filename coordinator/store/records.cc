#include "coordinator/store/records.h"

#include <numeric>

namespace motzkin::coordinator {

int64_t JobRecord::stored() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), int64_t{0});
}

bool JobRecord::TargetReached() const {
  return target > 0 && (spec.target_integrated() ? sealed_integrated() : sealed_below) >= target;
}

}  // namespace motzkin::coordinator
