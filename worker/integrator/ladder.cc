#include "worker/integrator/ladder.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"
#include "common/outcome/outcome.h"

namespace motzkin::integrator {
namespace {

using motzkin::v1::Outcome;
using enum motzkin::v1::Outcome;

// The best outcome comes first. The header gives the reasons.
constexpr std::array kByRank = {OUTCOME_INTEGRATED,    OUTCOME_PARTLY,    OUTCOME_UNVERIFIED,
                                OUTCOME_NONELEMENTARY, OUTCOME_REFUTED,   OUTCOME_MEMORY_EXCEEDED,
                                OUTCOME_CRASHED,       OUTCOME_TIMED_OUT, OUTCOME_UNSOLVED};

// The limit of StepReport.message.
constexpr size_t kMessageBytesMax = 2000;
// The limit if the request has none.
constexpr int64_t kDefaultMemoryBytes = 1ll << 30;

bool MayNotRepeat(EngineEnd end) {
  return end == EngineEnd::kCrashed || end == EngineEnd::kMemoryExceeded ||
         end == EngineEnd::kStalled;
}

Outcome OutcomeOf(EngineEnd end) {
  switch (end) {
    case EngineEnd::kAnswered:
    case EngineEnd::kTooLong:
      // The verifier decides; an answer that is too long does not reach it.
      return OUTCOME_UNVERIFIED;
    case EngineEnd::kGaveUp:
      return OUTCOME_UNSOLVED;
    case EngineEnd::kNonelementary:
      return OUTCOME_NONELEMENTARY;
    case EngineEnd::kTimedOut:
    case EngineEnd::kStalled:
      return OUTCOME_TIMED_OUT;
    case EngineEnd::kMemoryExceeded:
      return OUTCOME_MEMORY_EXCEEDED;
    case EngineEnd::kCrashed:
      return OUTCOME_CRASHED;
  }
  return OUTCOME_CRASHED;
}

// Prints the integrand in the engine's notation. It comes from the worker, which made it, so unlike
// an answer it may be parsed in this process.
absl::StatusOr<std::string> Reprint(const std::string& prefix, expression::Format format) {
  expression::Pool pool;
  ASSIGN_OR_RETURN(const expression::Expr integrand, expression::ParsePrefix(prefix, pool));
  return expression::Print(integrand, format);
}

EngineLimits LimitsOf(const v1::Integrate& request, const v1::Step& step) {
  EngineLimits limits;
  limits.cpu = absl::Microseconds(step.budget_us());
  limits.memory_bytes = request.memory_bytes() > 0 ? request.memory_bytes() : kDefaultMemoryBytes;
  return limits;
}

}  // namespace

int Rank(Outcome outcome) {
  const auto* found = std::find(kByRank.begin(), kByRank.end(), outcome);
  MOTZKIN_CHECK(found != kByRank.end());
  return static_cast<int>(found - kByRank.begin());
}

v1::Integration Ladder::Climb(const v1::Integrate& request, absl::Duration verifier_budget) {
  v1::Integration integration;
  int best = static_cast<int>(kByRank.size());
  for (const v1::Step& step : request.ladder()) {
    StepResult result = TryStep(request, step, verifier_budget);
    const Outcome outcome = result.report.outcome();
    *integration.add_steps() = std::move(result.report);
    // Among equal outcomes the first counts: it came from the engine that the job lists first.
    if (Rank(outcome) >= best) continue;
    best = Rank(outcome);
    integration.set_outcome(outcome);
    integration.set_integral(result.judgement.candidate_prefix());
    // An engine without an answer is not named: the worker refuses that as a contradiction
    // (response_check.cc).
    integration.set_engine(result.judgement.candidate_prefix().empty() ? "" : step.engine());
    integration.set_answer_class(result.judgement.answer_class());
    integration.set_has_abs(result.judgement.has_abs());
    // It is in `integral` already, and may be long.
    result.judgement.clear_candidate_prefix();
    *integration.mutable_judgement() = std::move(result.judgement);
    // No other outcome ends the ladder: where one engine is only partly right, a later one may be
    // right everywhere.
    if (outcome == OUTCOME_INTEGRATED) break;
  }
  return integration;
}

Ladder::StepResult Ladder::TryStep(const v1::Integrate& request, const v1::Step& step,
                                   absl::Duration verifier_budget) {
  StepResult result;
  result.report.set_engine(step.engine());
  // A step that cannot start at all counts as crashed.
  result.report.set_outcome(OUTCOME_CRASHED);
  Engine* engine = Find(step.engine());
  if (engine == nullptr) {
    result.report.set_message("this integrator has no such engine");
    return result;
  }
  const absl::StatusOr<std::string> function = Reprint(request.integrand(), engine->format());
  if (!function.ok()) {
    result.report.set_message(absl::StrCat("integrand: ", function.status().message()));
    return result;
  }
  EngineReply reply = RunEngine(*engine, *function, LimitsOf(request, step));
  result.report.set_outcome(OutcomeOf(reply.end));
  result.report.set_cpu_us(absl::ToInt64Microseconds(reply.cpu));
  result.report.set_rss_kb(reply.rss_kb);
  result.report.set_message(reply.message.substr(0, kMessageBytesMax));
  if (reply.end == EngineEnd::kAnswered) Verify(request, std::move(reply), verifier_budget, result);
  return result;
}

EngineReply Ladder::RunEngine(Engine& engine, std::string_view function,
                              const EngineLimits& limits) {
  EngineReply first = engine.Run(function, limits);
  if (!MayNotRepeat(first.end)) return first;
  EngineReply second = engine.Run(function, limits);
  // The second run decides, but the row accounts for the CPU of both.
  second.cpu += first.cpu;
  second.rss_kb = std::max(second.rss_kb, first.rss_kb);
  return second;
}

void Ladder::Verify(const v1::Integrate& request, EngineReply reply, absl::Duration verifier_budget,
                    StepResult& result) {
  v1::Verify verify;
  verify.set_integrand(request.integrand());
  verify.set_candidate(std::move(reply.answer));
  verify.set_format(v1::Verify::FORMAT_INFIX);
  verify.set_answer_bytes_max(request.answer_bytes_max());
  Judged judged = verifier_.Judge(verify, verifier_budget);
  result.report.set_outcome(motzkin::OutcomeOf(judged.judgement.verdict()));
  result.report.set_verifier_us(absl::ToInt64Microseconds(judged.cpu));
  if (result.report.message().empty()) {
    result.report.set_message(judged.judgement.reason().substr(0, kMessageBytesMax));
  }
  result.judgement = std::move(judged.judgement);
}

Engine* Ladder::Find(std::string_view name) const {
  for (const std::unique_ptr<Engine>& engine : engines_) {
    if (engine->name() == name) return engine.get();
  }
  return nullptr;
}

}  // namespace motzkin::integrator
