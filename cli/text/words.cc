#include "cli/text/words.h"

#include <absl/time/time.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "common/base/utf8.h"
#include "common/expression/expression.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"

namespace motzkin::cli {
namespace {

// The outcomes that label_of() in SQL labels false.
bool IsNoAnswer(const std::string& outcome) {
  return outcome == "unsolved" || outcome == "nonelementary" || outcome == "timed_out";
}

}  // namespace

std::string Bytes(int64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (std::abs(value) >= 1000 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, kUnits[unit]);
}

std::string Span(double seconds) {
  // Written so that NaN is unknown, too.
  if (!(seconds >= 0)) return "unknown";
  if (seconds < 60) return fmt::format("{:.0f} s", seconds);
  // The bound keeps the conversion defined: an estimate may be as large as a double gets.
  const auto minutes = static_cast<int64_t>(std::min(seconds / 60, 1e12));
  if (minutes < 60) return fmt::format("{} min", minutes);
  constexpr int64_t kDayMinutes = int64_t{24} * 60;
  if (minutes < kDayMinutes) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / kDayMinutes, minutes / 60 % 24);
}

std::string ArchivedWords(const v1::Job& job) {
  if (!job.has_archive_time()) return "";
  return absl::FormatTime("rows archived on %Y-%m-%d",
                          absl::FromUnixSeconds(job.archive_time().seconds()), absl::UTCTimeZone());
}

OutcomeGroups GroupsOf(const v1::Job& job) {
  OutcomeGroups groups;
  for (const auto& [outcome, count] : job.outcomes()) {
    (outcome == "integrated" ? groups.integrated
     : IsNoAnswer(outcome)   ? groups.no_answer
                             : groups.broken) += count;
  }
  return groups;
}

std::string PrefixToInfix(std::string_view prefix) {
  expression::Pool pool;
  const absl::StatusOr<expression::Expr> parsed = expression::ParsePrefix(prefix, pool);
  if (!parsed.ok()) return std::string(prefix);
  return expression::Print(*parsed, expression::Format::kInfix).value_or(std::string(prefix));
}

std::string Shortened(std::string_view text, size_t columns) {
  if (text.size() <= columns) return std::string(text);
  const std::string_view dots = columns <= 3 ? "" : "...";
  return fmt::format("{}{}", BeginningOf(text, columns - dots.size()), dots);
}

}  // namespace motzkin::cli
