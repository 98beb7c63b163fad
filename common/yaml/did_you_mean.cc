#include "common/yaml/did_you_mean.h"

#include <algorithm>

#include "common/base/edit_distance.h"

namespace motzkin::yaml {
namespace {

constexpr size_t kWordBytesMax = 64;  // Longer words are not typing errors; the cost is quadratic.

}  // namespace

std::string DidYouMean(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kWordBytesMax) return "";
  const std::string* best = nullptr;
  size_t best_distance = 0;
  for (const std::string& candidate : known) {
    const size_t distance = EditDistance(word, candidate);
    // Relative to the candidate's length, or short keys such as `seed` would resemble everything.
    const bool close = distance <= std::max<size_t>(1, candidate.size() / 3);
    if (close && (best == nullptr || distance < best_distance)) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? "" : " (did you mean '" + *best + "'?)";
}

}  // namespace motzkin::yaml
