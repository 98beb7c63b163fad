// Tells how far a word is from another one, for suggestions after typing errors. Thread-safe.
#pragma once

#include <cstddef>
#include <string_view>

namespace motzkin {

// Returns the Damerau-Levenshtein distance: insertions, deletions, changed letters and exchanged
// neighbours count 1 each. The time is the product of the two lengths.
size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace motzkin
