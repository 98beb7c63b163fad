#include "common/words/words.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>
#include <fmt/core.h>

namespace motzkin {
namespace {

std::string Word(const std::string& name, const char* prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

}  // namespace

std::string Grouped(int64_t value) {
  std::string digits = absl::StrCat(value);
  for (int at = static_cast<int>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) {
    digits.insert(at, 1, ',');
  }
  return digits;
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

}  // namespace motzkin
