// Which part of a dataset a function belongs to. The same in SQL (function split_of) and in every
// cluster.
#pragma once

#include <cstdint>
#include <string_view>

namespace motzkin {

// By the first byte of SHA-256("motzkin split 1" and the skeleton hash as 8 big-endian bytes):
// "train" below 230 (89.8 %), "valid" below 243 (5.1 %), else "test" (5.1 %). Functions with one
// skeleton are never parted.
std::string_view SplitOf(uint64_t skeleton_hash);

}  // namespace motzkin
