#include "common/base/clock.h"

#include <gtest/gtest.h>
#include <time.h>

#include "common/base/testing/fake_clock.h"

namespace motzkin {
namespace {

TEST(SystemClockTest, BootTimeNeverDecreases) {
  const SystemClock clock;
  const BootTime first = clock.Now();
  EXPECT_GT(first, BootTime());
  EXPECT_GE(clock.Now(), first);
}

// Leases are measured in boot time, so it must not jump when someone sets the wall clock.
TEST(SystemClockTest, BootTimeIsTheKernelsAndNotTheWallClocks) {
  timespec before, after;
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &before), 0);
  const BootTime told = SystemClock().Now();
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &after), 0);
  EXPECT_GE(told, BootTime() + absl::DurationFromTimespec(before));
  EXPECT_LE(told, BootTime() + absl::DurationFromTimespec(after));
}

TEST(FakeClockTest, AJumpOfWallTimeLeavesBootTimeAlone) {
  FakeClock clock;
  const BootTime boot = clock.Now();
  const absl::Time wall = clock.WallTime();
  clock.JumpWallTime(absl::Hours(-24 * 365));
  EXPECT_EQ(clock.Now(), boot);
  EXPECT_EQ(clock.WallTime(), wall - absl::Hours(24 * 365));
}

}  // namespace
}  // namespace motzkin
