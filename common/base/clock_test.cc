#include "common/base/clock.h"

#include <gtest/gtest.h>

namespace motzkin {
namespace {

TEST(SystemClockTest, BootTimeNeverDecreases) {
  const SystemClock clock;
  const absl::Duration first = clock.SinceBoot();
  EXPECT_GT(first, absl::ZeroDuration());
  EXPECT_GE(clock.SinceBoot(), first);
}

TEST(FakeClockTest, AJumpOfWallTimeLeavesBootTimeAlone) {
  FakeClock clock;
  const absl::Duration boot = clock.SinceBoot();
  const absl::Time wall = clock.WallTime();
  clock.JumpWallTime(absl::Hours(-24 * 365));
  EXPECT_EQ(clock.SinceBoot(), boot);
  EXPECT_EQ(clock.WallTime(), wall - absl::Hours(24 * 365));
}

}  // namespace
}  // namespace motzkin
