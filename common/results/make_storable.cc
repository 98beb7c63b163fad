#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "common/base/utf8.h"
#include "common/results/submit_results.h"

namespace motzkin {
namespace {

// These are the limits of check_submitted() and of the tables in 0001_first_release.sql. One row
// above them would make Postgres refuse the whole flush, which is then bisected.
constexpr size_t kMessageBytesMax = 500;
constexpr size_t kIntegralBytesMax = 65'536;
constexpr size_t kEngineBytesMax = 40;
constexpr size_t kVersionBytesMax = 80;

// Returns the length of the character at the front of `text`, which is not empty; 0 if Postgres
// would not store it.
size_t CharacterLength(std::string_view text) {
  return text[0] == '\0' ? 0 : FirstCharacter(text).bytes;
}

bool IsStorable(std::string_view text) {
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// Returns the text with '?' for every byte that cannot be stored, cut between two characters.
std::string Cleaned(std::string_view text, size_t bytes_max) {
  std::string clean;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (clean.size() + std::max<size_t>(length, 1) > bytes_max) break;
    if (length == 0) {
      clean.push_back('?');
      text.remove_prefix(1);
    } else {
      clean.append(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
  return clean;
}

void Clean(std::string& text, size_t bytes_max) {
  if (text.size() > bytes_max || !IsStorable(text)) text = Cleaned(text, bytes_max);
}

// An answer that cannot be stored in full is not stored in part.
void DropIntegral(v1::Result& result, const std::string& reason) {
  result.set_outcome(v1::OUTCOME_UNVERIFIED);
  result.clear_integral();
  result.clear_engine();
  result.clear_answer_class();
  result.set_has_abs(false);
  result.mutable_verification()->set_verdict(v1::Verification::VERDICT_UNVERIFIED);
  // The last step gave the answer, so its message tells why the answer is missing.
  if (result.steps_size() == 0) result.add_steps();
  result.mutable_steps(result.steps_size() - 1)->set_message(reason);
}

void CleanStep(v1::StepResult& step) {
  Clean(*step.mutable_engine(), kEngineBytesMax);
  Clean(*step.mutable_version(), kVersionBytesMax);
  Clean(*step.mutable_message(), kMessageBytesMax);
}

void CleanVerification(v1::Verification& verification) {
  // These columns are smallint.
  constexpr int32_t kMax = std::numeric_limits<int16_t>::max();
  Clean(*verification.mutable_counterexample(), kMessageBytesMax);
  verification.set_points_agreed(std::clamp(verification.points_agreed(), 0, kMax));
  verification.set_points_differed(std::clamp(verification.points_differed(), 0, kMax));
  verification.set_precision_bits(std::clamp(verification.precision_bits(), 0, kMax));
}

}  // namespace

void MakeStorable(v1::Result& result) {
  Clean(*result.mutable_integrand(), kIntegralBytesMax);
  if (result.integral().size() > kIntegralBytesMax) {
    DropIntegral(result, fmt::format("the answer has {} bytes, more than {}",
                                     result.integral().size(), kIntegralBytesMax));
  } else if (!IsStorable(result.integral())) {
    DropIntegral(result, "the answer is not valid UTF-8 text");
  }
  Clean(*result.mutable_engine(), kEngineBytesMax);
  for (v1::StepResult& step : *result.mutable_steps()) CleanStep(step);
  CleanVerification(*result.mutable_verification());
  // Postgres stores not-a-number, but no sum over such rows would be a number.
  if (!std::isfinite(result.speed_factor())) result.set_speed_factor(1);
}

}  // namespace motzkin
