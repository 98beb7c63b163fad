#include "common/base/edit_distance.h"

#include <gtest/gtest.h>

namespace motzkin {
namespace {

TEST(EditDistanceTest, EachTypingErrorCountsOne) {
  EXPECT_EQ(EditDistance("seed", "seed"), 0u);
  EXPECT_EQ(EditDistance("seed", "seeds"), 1u);
  EXPECT_EQ(EditDistance("seed", "sed"), 1u);
  EXPECT_EQ(EditDistance("seed", "sead"), 1u);
  EXPECT_EQ(EditDistance("seed", "sede"), 1u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
}

}  // namespace
}  // namespace motzkin
