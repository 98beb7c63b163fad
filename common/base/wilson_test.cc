#include "common/base/wilson.h"

#include <gtest/gtest.h>

namespace motzkin {
namespace {

TEST(WilsonTest, IntervalsAreThoseComputedByHand) {
  EXPECT_NEAR(WilsonInterval(1, 8).lower, 0.02242, 1e-5);
  EXPECT_NEAR(WilsonInterval(1, 8).upper, 0.47089, 1e-5);
  // Newcombe 1998, Table I.
  EXPECT_NEAR(WilsonInterval(81, 263).lower, 0.2553, 1e-4);
  EXPECT_NEAR(WilsonInterval(81, 263).upper, 0.3662, 1e-4);
  EXPECT_EQ(WilsonInterval(0, 7).lower, 0);
  EXPECT_NEAR(WilsonInterval(0, 7).upper, 0.35433, 1e-5);  // z^2 / (7 + z^2)
  EXPECT_EQ(WilsonInterval(7, 7).upper, 1);
}

TEST(WilsonTest, NothingCountedSaysNothing) {
  EXPECT_EQ(WilsonInterval(0, 0).lower, 0);
  EXPECT_EQ(WilsonInterval(0, 0).upper, 1);
}

}  // namespace
}  // namespace motzkin
