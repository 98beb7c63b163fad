#include "common/base/clock.h"

#include <gtest/gtest.h>
#include <time.h>

namespace motzkin {
namespace {

TEST(SystemClockTest, BootTimeNeverDecreases) {
  const SystemClock clock;
  const absl::Duration first = clock.SinceBoot();
  EXPECT_GT(first, absl::ZeroDuration());
  EXPECT_GE(clock.SinceBoot(), first);
}

// Leases are measured in boot time, so it must not jump when someone sets the wall clock.
TEST(SystemClockTest, BootTimeIsTheKernelsAndNotTheWallClocks) {
  timespec before, after;
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &before), 0);
  const absl::Duration told = SystemClock().SinceBoot();
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &after), 0);
  EXPECT_GE(told, absl::DurationFromTimespec(before));
  EXPECT_LE(told, absl::DurationFromTimespec(after));
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
