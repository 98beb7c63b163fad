// Tells to which part of a dataset a function belongs. SQL has the same function (split_of), and
// all clusters agree.
#pragma once

#include <cstdint>
#include <string_view>

namespace motzkin {

// Returns "train" (89.8 %), "valid" (5.1 %) or "test" (5.1 %) by the first byte of SHA-256("motzkin
// split 1" and the skeleton hash as 8 big-endian bytes): below 230, below 243, and the rest.
// Functions with one skeleton are never separated.
std::string_view SplitOf(uint64_t skeleton_hash);

}  // namespace motzkin
