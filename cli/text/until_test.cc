#include "cli/text/until.h"

#include <gtest/gtest.h>

namespace motzkin::cli {
namespace {

absl::TimeZone Berlin() {
  absl::TimeZone zone;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &zone));
  return zone;
}

absl::Time Instant(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", text, Berlin(), &time, &error)) << error;
  return time;
}

absl::StatusOr<absl::Time> Parse(const std::string& text, const std::string& now) {
  return ParseUntil(text, Instant(now), Berlin());
}

TEST(UntilTest, ATimeOfTheDayIsTheNextOne) {
  EXPECT_EQ(Parse("7:00", "2026-01-31 22:15").value(), Instant("2026-02-01 07:00"));
  EXPECT_EQ(Parse("07:00", "2026-01-31 06:59").value(), Instant("2026-01-31 07:00"));
  EXPECT_EQ(Parse("7:00", "2026-01-31 07:00").value(), Instant("2026-02-01 07:00"));
}

TEST(UntilTest, ANightOfAnHourLessIsADayLaterOnTheClock) {
  EXPECT_EQ(Parse("7:00", "2026-03-28 22:00").value(), Instant("2026-03-29 07:00"));
  EXPECT_EQ(Parse("7:00", "2026-03-28 22:00").value() - Instant("2026-03-28 22:00"),
            absl::Hours(8));
}

TEST(UntilTest, ADayMayBeNamed) {
  EXPECT_EQ(Parse("2026-02-03 18:30", "2026-01-31 22:15").value(), Instant("2026-02-03 18:30"));
  EXPECT_FALSE(Parse("2026-01-30 18:30", "2026-01-31 22:15").ok());
}

TEST(UntilTest, AnythingElseIsRefused) {
  for (const char* text : {"", "7", "25:00", "7:60", "tomorrow", "2026-01-31", "7:00 pm"}) {
    EXPECT_FALSE(Parse(text, "2026-01-31 22:15").ok()) << text;
  }
}

}  // namespace
}  // namespace motzkin::cli
