#include "cli/text/until.h"

#include <absl/strings/str_cat.h>

namespace motzkin::cli {
namespace {

// Returns the instant of hour and minute of `day` in `zone`. Where the clocks skip it in spring, it is an
// hour later, and where it comes twice in autumn, the first.
absl::Time At(absl::CivilDay day, absl::CivilMinute time, absl::TimeZone zone) {
  return absl::FromCivil(
      absl::CivilMinute(day.year(), day.month(), day.day(), time.hour(), time.minute()), zone);
}

}  // namespace

absl::StatusOr<absl::Time> ParseUntil(const std::string& text, absl::Time now,
                                      absl::TimeZone zone) {
  absl::Time read;
  std::string error;
  if (absl::ParseTime("%H:%M", text, absl::UTCTimeZone(), &read, &error)) {
    const absl::CivilMinute time = absl::ToCivilMinute(read, absl::UTCTimeZone());
    const absl::CivilDay today = absl::ToCivilDay(now, zone);
    const absl::Time until = At(today, time, zone);
    return until > now ? until : At(today + 1, time, zone);
  }
  if (!absl::ParseTime("%Y-%m-%d %H:%M", text, zone, &read, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--until takes a time such as 7:00 or '2026-01-31 7:00', not '", text, "'"));
  }
  if (read <= now) return absl::InvalidArgumentError(absl::StrCat("--until ", text, " is over"));
  return read;
}

}  // namespace motzkin::cli
