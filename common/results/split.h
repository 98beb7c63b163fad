// Which part of a dataset a function belongs to. The same in SQL (function split_of) and in every cluster.
#pragma once

#include <cstdint>
#include <string_view>

namespace motzkin {

// "train" (90 %), "valid" (5 %) or "test" (5 %): the first 16 bits of SHA-256("motzkin split 1" and the
// skeleton hash as 8 big-endian bytes), in 1/65536. Functions with one skeleton are never parted.
std::string_view SplitOf(uint64_t skeleton_hash);

}  // namespace motzkin
