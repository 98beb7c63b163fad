#include "worker/slots/response_check.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "common/base/status_macros.h"
#include "common/expression/expression.h"
#include "common/expression/parser.h"

namespace motzkin::worker {
namespace {

namespace pipe = integrator::v1;

// An honest integrator stays within these. They keep absurd values out of rows, logs and sums.
constexpr size_t kTextBytesMax = 4096;  // reasons
// A row holds no more. It would have the largest number instead, or a point that was cut off.
constexpr size_t kCounterexampleBytesMax = 500;
constexpr int kPointsMax = 32'767;
constexpr size_t kNameBytesMax = 64;       // names and versions of engines
constexpr size_t kMessageBytesMax = 2000;  // the bound in integrator.proto
constexpr int kEnginesMax = 16;
constexpr int kIntervalsMax = 10'000;
constexpr int64_t kAnswerBytesMax = 64 << 10;      // if the request does not say
constexpr int64_t kCpuMicrosMax = 86'400'000'000;  // one day
constexpr int64_t kRssKbMax = 1ll << 40;

absl::Status Bad(std::string_view field) {
  return absl::DataLossError(absl::StrCat("the integrator's answer: ", std::string(field)));
}

bool IsPrintable(std::string_view text, size_t bytes_max) {
  return text.size() <= bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

template <typename Number>
bool Within(Number value, Number max) {
  return value >= 0 && value <= max;
}

absl::Status CheckExpression(const std::string& prefix, int64_t bytes_max, std::string_view field) {
  if (bytes_max <= 0) bytes_max = kAnswerBytesMax;
  // The size is checked before the text is parsed, which takes memory in proportion to it.
  if (static_cast<int64_t>(prefix.size()) > bytes_max) return Bad(field);
  expression::Pool pool;
  return expression::ParsePrefix(prefix, pool).ok() ? absl::OkStatus() : Bad(field);
}

absl::Status CheckDescription(const pipe::Description& description) {
  if (description.engines_size() > kEnginesMax || description.missing_size() > kEnginesMax) {
    return Bad("engines");
  }
  for (const pipe::EngineDescription& engine : description.engines()) {
    if (!IsPrintable(engine.engine(), kNameBytesMax)) return Bad("engine");
    if (!IsPrintable(engine.version(), kNameBytesMax)) return Bad("version");
  }
  for (const std::string& missing : description.missing()) {
    if (!IsPrintable(missing, kTextBytesMax)) return Bad("missing");
  }
  return absl::OkStatus();
}

absl::Status CheckIntervals(const google::protobuf::RepeatedPtrField<v1::Interval>& intervals,
                            std::string_view field) {
  if (intervals.size() > kIntervalsMax) return Bad(field);
  for (const v1::Interval& interval : intervals) {
    // A NaN would pass the comparison alone.
    if (!std::isfinite(interval.lower()) || !std::isfinite(interval.upper()) ||
        interval.lower() > interval.upper()) {
      return Bad(field);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckJudgement(const pipe::Judgement& judgement, int64_t answer_bytes_max) {
  // Enums of proto3 are open, so any number may arrive.
  if (!v1::Verification::Verdict_IsValid(judgement.verdict())) return Bad("verdict");
  if (!v1::AnswerClass_IsValid(judgement.answer_class())) return Bad("answer_class");
  if (!Within(judgement.points_agreed(), kPointsMax) ||
      !Within(judgement.points_differed(), kPointsMax) ||
      !Within(judgement.precision_bits(), kPointsMax) ||
      !Within<int64_t>(judgement.cpu_us(), kCpuMicrosMax)) {
    return Bad("judgement");
  }
  if (!IsPrintable(judgement.counterexample(), kCounterexampleBytesMax))
    return Bad("counterexample");
  if (!IsPrintable(judgement.reason(), kTextBytesMax)) return Bad("reason");
  RETURN_IF_ERROR(CheckIntervals(judgement.valid_on(), "valid_on"));
  RETURN_IF_ERROR(CheckIntervals(judgement.refuted_on(), "refuted_on"));
  RETURN_IF_ERROR(CheckIntervals(judgement.continuous_on(), "continuous_on"));
  if (!IsPrintable(judgement.value(), kCounterexampleBytesMax) ||
      !Within(judgement.value_digits(), kPointsMax)) {
    return Bad("value");
  }
  if (judgement.candidate_prefix().empty()) return absl::OkStatus();
  return CheckExpression(judgement.candidate_prefix(), answer_bytes_max, "candidate_prefix");
}

absl::Status CheckJudgements(const pipe::VerifyBatch& asked, const pipe::JudgementBatch& batch) {
  // A batch that was too much for the verifier has no judgements.
  if (batch.judgements().empty()) return absl::OkStatus();
  if (batch.judgements_size() != asked.items_size()) return Bad("judgements");
  for (int i = 0; i < batch.judgements_size(); ++i) {
    RETURN_IF_ERROR(CheckJudgement(batch.judgements(i), asked.items(i).answer_bytes_max()));
  }
  return absl::OkStatus();
}

absl::Status CheckStep(const pipe::StepReport& report, const pipe::Step& step) {
  if (report.engine() != step.engine()) return Bad("step engine");
  if (!v1::Outcome_IsValid(report.outcome()) || report.outcome() == v1::OUTCOME_UNSPECIFIED) {
    return Bad("step outcome");
  }
  if (!Within<int64_t>(report.cpu_us(), kCpuMicrosMax) ||
      !Within<int64_t>(report.verifier_us(), kCpuMicrosMax) ||
      !Within<int64_t>(report.rss_kb(), kRssKbMax)) {
    return Bad("step numbers");
  }
  // The message may hold any bytes. result_row.cc makes them printable.
  return report.message().size() <= kMessageBytesMax ? absl::OkStatus() : Bad("step message");
}

// Checks that the steps are those that were asked for, that none follows a success, and that the
// outcome of the whole is that of one of its steps.
absl::Status CheckSteps(const pipe::Integrate& asked, const pipe::Integration& integration) {
  const int steps = integration.steps_size();
  if (steps < 1 || steps > asked.ladder_size()) return Bad("steps");
  bool outcome_found = false;
  for (int i = 0; i < steps; ++i) {
    const pipe::StepReport& report = integration.steps(i);
    RETURN_IF_ERROR(CheckStep(report, asked.ladder(i)));
    const bool success = report.outcome() == v1::OUTCOME_INTEGRATED;
    if (success != (integration.outcome() == v1::OUTCOME_INTEGRATED && i == steps - 1)) {
      return Bad("outcome");
    }
    outcome_found = outcome_found || report.outcome() == integration.outcome();
  }
  // Without a success the integrator must have tried the whole ladder.
  const bool whole =
      integration.outcome() == v1::OUTCOME_INTEGRATED || steps == asked.ladder_size();
  return outcome_found && whole ? absl::OkStatus() : Bad("outcome");
}

absl::Status CheckIntegration(const pipe::Integrate& asked, const pipe::Integration& integration) {
  if (!v1::AnswerClass_IsValid(integration.answer_class())) return Bad("answer_class");
  RETURN_IF_ERROR(CheckSteps(asked, integration));
  RETURN_IF_ERROR(CheckJudgement(integration.judgement(), asked.answer_bytes_max()));
  const bool has_answer = !integration.integral().empty();
  const v1::Verification::Verdict verdict = integration.judgement().verdict();
  if (integration.outcome() == v1::OUTCOME_INTEGRATED &&
      (!has_answer || (verdict != v1::Verification::VERDICT_VERIFIED &&
                       verdict != v1::Verification::VERDICT_COMPLEX_ONLY))) {
    return Bad("an integral without its proof");
  }
  if (!has_answer) return integration.engine().empty() ? absl::OkStatus() : Bad("engine");
  const bool known =
      std::any_of(asked.ladder().begin(), asked.ladder().end(),
                  [&](const auto& step) { return step.engine() == integration.engine(); });
  if (!known) return Bad("engine");
  return CheckExpression(integration.integral(), asked.answer_bytes_max(), "integral");
}

}  // namespace

absl::Status CheckResponse(const pipe::Request& request, const pipe::Response& response) {
  if (response.id() != request.id()) return Bad("id");
  switch (request.what_case()) {
    case pipe::Request::kIntegrate:
      if (!response.has_integration()) return Bad("no integration");
      return CheckIntegration(request.integrate(), response.integration());
    case pipe::Request::kVerify:
      if (!response.has_judgement()) return Bad("no judgement");
      return CheckJudgement(response.judgement(), request.verify().answer_bytes_max());
    case pipe::Request::kVerifyBatch:
      if (!response.has_judgement_batch()) return Bad("no judgements");
      return CheckJudgements(request.verify_batch(), response.judgement_batch());
    case pipe::Request::kDescribe:
      if (!response.has_description()) return Bad("no description");
      return CheckDescription(response.description());
    case pipe::Request::WHAT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a request that asks nothing");
}

}  // namespace motzkin::worker
