#include "common/results/split.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace motzkin {
namespace {

// Changing these moves functions from test to train in datasets that people compare.
TEST(SplitOfTest, KnownSkeletonsStayWhereTheyAre) {
  std::map<std::string, int> counts;
  for (uint64_t hash = 0; hash < 10'000; ++hash) ++counts[std::string(SplitOf(hash))];
  EXPECT_EQ(counts.size(), 3u);
  EXPECT_NEAR(counts["train"], 8'984, 150);
  EXPECT_NEAR(counts["valid"], 508, 90);
  EXPECT_NEAR(counts["test"], 508, 90);
}

}  // namespace
}  // namespace motzkin
