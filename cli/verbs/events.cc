// motzkin events prints what happened, one sentence in a line.
#include <absl/strings/str_cat.h>
#include <absl/time/civil_time.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

struct EventsOptions {
  std::string since = "24h";
  int limit = 1000;
};

// "22:00" means the last time that the clock showed that, and "8h" means eight hours ago. A date, a
// date with a time, and an RFC 3339 time are read, too.
absl::StatusOr<absl::Time> ParseSince(const std::string& text, absl::Time now) {
  if (const absl::StatusOr<absl::Duration> ago = yaml::ParseDuration(text); ago.ok()) {
    return now - *ago;
  }
  const absl::TimeZone zone = absl::LocalTimeZone();
  absl::Time time;
  std::string error;
  const absl::CivilDay today = absl::ToCivilDay(now, zone);
  // Yesterday is a date and not 24 hours ago: there are days of 23 and of 25 hours. A text that has
  // a date of its own cannot be read behind another one, and goes on below.
  for (const absl::CivilDay day : {today, today - 1}) {
    const std::string dated = absl::StrCat(absl::FormatCivilTime(day), " ", text);
    if (absl::ParseTime("%Y-%m-%d %H:%M", dated, zone, &time, &error) && time <= now) return time;
  }
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y-%m-%d", absl::RFC3339_full}) {
    if (absl::ParseTime(format, text, zone, &time, &error)) return time;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--since takes 22:00, 8h, 2026-01-31 or 2026-01-31 22:00, got '", text, "'"));
}

absl::StatusOr<int> RunEvents(const Globals& globals, const EventsOptions& options) {
  ASSIGN_OR_RETURN(const absl::Time since, ParseSince(options.since, absl::Now()));
  v1::ListEventsRequest request;
  request.mutable_since()->set_seconds(absl::ToUnixSeconds(since));
  request.set_limit(options.limit);
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ListEventsResponse response, client.Events(request));
  if (response.left_out() > 0) {
    fmt::print(stderr, "{} older events do not fit: see them with --since and --limit, or in SQL\n",
               response.left_out());
  }
  Json list = Json::array();
  for (const v1::Event& event : response.events()) {
    const absl::Time time = absl::FromUnixSeconds(event.time().seconds());
    if (globals.json) {
      list.push_back({{"time", absl::FormatTime(time, absl::UTCTimeZone())},
                      {"kind", event.kind()},
                      {"text", event.text()}});
    } else {
      fmt::print("{} {}\n", absl::FormatTime("%Y-%m-%d %H:%M:%S", time, absl::LocalTimeZone()),
                 event.text());
    }
  }
  if (globals.json) PrintJson(list);
  return kExitOk;
}

}  // namespace

void AddEvents(const VerbContext& context) {
  const auto [verb, options] =
      AddVerb(context, "events", "tell what happened, in sentences", RunEvents);
  verb.add_option("--since", options.since, "22:00, 8h or a date; default 24h");
  verb.add_option("--limit", options.limit, "the most events to print")
      ->check(CLI::Range(1, 10'000));
}

}  // namespace motzkin::cli
