#include "worker/machine/working_hours.h"

#include <gtest/gtest.h>

namespace motzkin::worker {
namespace {

TEST(WorkingHoursTest, HoursOfOneDayEndBeforeTheirSecondTime) {
  const WorkingHours hours = WorkingHours::Parse("9:30-17").value();
  EXPECT_EQ(hours.ToString(), "09:30-17:00");
  EXPECT_FALSE(hours.Contain(9 * 60 + 29));
  EXPECT_TRUE(hours.Contain(9 * 60 + 30));
  EXPECT_TRUE(hours.Contain(16 * 60 + 59));
  EXPECT_FALSE(hours.Contain(17 * 60));
}

TEST(WorkingHoursTest, HoursMayGoOverMidnight) {
  const WorkingHours hours = WorkingHours::Parse("22:00-07:00").value();
  EXPECT_TRUE(hours.Contain(23 * 60));
  EXPECT_TRUE(hours.Contain(0));
  EXPECT_TRUE(hours.Contain(6 * 60 + 59));
  EXPECT_FALSE(hours.Contain(7 * 60));
  EXPECT_FALSE(hours.Contain(21 * 60 + 59));
}

TEST(WorkingHoursTest, UntilMidnightIsWrittenAs24) {
  const WorkingHours hours = WorkingHours::Parse("18:00-24:00").value();
  EXPECT_TRUE(hours.Contain(23 * 60 + 59));
  EXPECT_FALSE(hours.Contain(0));
  for (int minute = 0; minute < 24 * 60; ++minute) {
    EXPECT_TRUE(WorkingHours::Parse("00:00-24:00")->Contain(minute));
  }
}

TEST(WorkingHoursTest, AnythingElseIsRefused) {
  for (const char* text :
       {"", "-", "22:00", "22:00-", "-07:00", "24:01-07:00", "22:60-07:00", "25-7", "22:00-22:00",
        "a-b", "+1-7", "22 :00-07:00", "22:00-07:00-08:00", "1:2:3-4", "022:00-07:00", "22:-7"}) {
    EXPECT_FALSE(WorkingHours::Parse(text).ok()) << text;
  }
}

TEST(MinuteOfDayTest, FollowsTheZoneOfTheMachine) {
  const char* const given = getenv("TZ");
  const std::string before = given == nullptr ? "" : given;
  setenv("TZ", "UTC", 1);
  const int here = MinuteOfDay();
  setenv("TZ", "UTC-05:30", 1);  // POSIX counts to the west: this zone is ahead.
  const int ahead = MinuteOfDay();
  setenv("TZ", before.c_str(), 1);
  if (before.empty()) unsetenv("TZ");
  const int difference = (ahead - here + 24 * 60) % (24 * 60);
  EXPECT_GE(difference, 330);
  EXPECT_LE(difference, 331) << "a minute may have passed";
}

}  // namespace
}  // namespace motzkin::worker
