#include "common/results/split.h"

#include <string>

#include "common/base/sha256.h"

namespace motzkin {

std::string_view SplitOf(uint64_t skeleton_hash) {
  // split_of() in SQL is the same function. Another salt or other bounds would move functions of
  // existing datasets from train to test.
  std::string salted = "motzkin split 1";
  for (int shift = 56; shift >= 0; shift -= 8)
    salted.push_back(static_cast<char>(skeleton_hash >> shift));
  const auto first = static_cast<uint8_t>(Sha256(salted).front());
  if (first < 230) return "train";
  return first < 243 ? "valid" : "test";
}

}  // namespace motzkin
