#include "cli/words.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "common/expression/expression.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"

namespace motzkin::cli {
namespace {

std::string Word(const std::string& name, std::string_view prefix) {
  return absl::AsciiStrToLower(name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name);
}

bool IsNoAnswer(const std::string& outcome) {
  return outcome == "unsolved" || outcome == "nonelementary" || outcome == "timed_out";
}

}  // namespace

std::string Grouped(int64_t value) {
  std::string digits = absl::StrCat(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) {
    digits.insert(at, 1, ',');
  }
  return digits;
}

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
  if (!(seconds >= 0)) return "unknown";
  if (seconds < 60) return fmt::format("{:.0f} s", seconds);
  const auto minutes = static_cast<int64_t>(std::min(seconds / 60, 1e12));
  if (minutes < 60) return fmt::format("{} min", minutes);
  constexpr int64_t kDayMinutes = int64_t{24} * 60;
  if (minutes < kDayMinutes) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / kDayMinutes, minutes / 60 % 24);
}

std::string Percent(int64_t part, int64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string OutcomeWord(v1::Outcome outcome) { return Word(v1::Outcome_Name(outcome), "OUTCOME_"); }
std::string JobStateWord(v1::JobState state) {
  return Word(v1::JobState_Name(state), "JOB_STATE_");
}
std::string AnswerClassWord(v1::AnswerClass answer_class) {
  return Word(v1::AnswerClass_Name(answer_class), "ANSWER_CLASS_");
}
std::string VerdictWord(v1::Verification::Verdict verdict) {
  return Word(v1::Verification::Verdict_Name(verdict), "VERDICT_");
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
  if (columns <= 3) return std::string(text.substr(0, columns));
  return fmt::format("{}...", text.substr(0, columns - 3));
}

}  // namespace motzkin::cli
