#include "common/yaml/did_you_mean.h"

#include <algorithm>
#include <numeric>

namespace motzkin::yaml {
namespace {

constexpr size_t kWordBytesMax = 64;  // Longer words are no typing errors; the cost is quadratic.

// Damerau-Levenshtein distance: insertions, deletions, changed letters and exchanged neighbours
// count 1 each. Only three rows of the table are kept; an exchange looks two rows back.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({change, above[j] + 1, row[j - 1] + 1});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

std::string DidYouMean(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kWordBytesMax) return "";
  const std::string* best = nullptr;
  size_t best_distance = 0;
  for (const std::string& candidate : known) {
    const size_t distance = Distance(word, candidate);
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
