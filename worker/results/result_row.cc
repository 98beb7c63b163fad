#include "worker/results/result_row.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <string_view>

#include "common/outcome/outcome.h"

namespace motzkin::worker {
namespace {

// Stands for an engine in the step of a candidate that we made ourselves.
constexpr char kConstruction[] = "construction";
constexpr char kUnstorable[] = "unstorable: ";
// A stored message has at most 500 bytes; this leaves room for kUnstorable.
constexpr size_t kReasonBytesMax = 400;

// A judgement begins with the fields of a verification.
void FillVerification(const integrator::v1::Judgement& judgement, v1::Verification& verification) {
  verification.Clear();
  verification.set_verdict(judgement.verdict());
  verification.set_points_agreed(judgement.points_agreed());
  verification.set_points_differed(judgement.points_differed());
  verification.set_precision_bits(judgement.precision_bits());
  verification.set_counterexample(judgement.counterexample());
  *verification.mutable_valid_on() = judgement.valid_on();
}

// Turns the bytes of a hostile peer into ASCII, because protobuf refuses strings that are not valid
// UTF-8. The length is not limited here: MakeStorable() (common/results) shortens messages.
std::string Printable(std::string_view bytes) {
  std::string text(bytes);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '?';
  }
  return text;
}

void SetEngine(const std::string& engine, const EngineVersions& versions, v1::StepResult& step) {
  step.set_engine(engine);
  if (const auto version = versions.find(engine); version != versions.end()) {
    step.set_version(version->second);
  }
}

// Makes `row` that of a function on which the integrator died, and returns the step that says so.
v1::StepResult& AddDeath(const absl::Status& death, v1::Result& row) {
  // A call that exceeded its wall-clock limit counts as a time-out, any other end as a crash.
  row.set_outcome(absl::IsDeadlineExceeded(death) ? v1::OUTCOME_TIMED_OUT : v1::OUTCOME_CRASHED);
  // A row by parts may have an engine's answer to the other half of the formula and its check.
  ClearAnswer(row);
  row.clear_verification();
  v1::StepResult& step = *row.add_steps();
  step.set_outcome(row.outcome());
  step.set_message(Printable(std::string(death.message())));
  return step;
}

}  // namespace

EngineVersions VersionsOf(const integrator::v1::Description& description) {
  EngineVersions versions;
  for (const integrator::v1::EngineDescription& engine : description.engines()) {
    versions[engine.engine()] = engine.version();
  }
  return versions;
}

void FillFromIntegration(const integrator::v1::Integration& integration,
                         const EngineVersions& versions, v1::Result& row) {
  row.set_outcome(integration.outcome());
  row.set_integral(integration.integral());
  row.set_engine(integration.engine());
  row.set_answer_class(integration.answer_class());
  row.set_has_abs(integration.has_abs());
  for (const integrator::v1::StepReport& step : integration.steps()) {
    v1::StepResult& added = *row.add_steps();
    SetEngine(step.engine(), versions, added);
    added.set_outcome(step.outcome());
    added.set_cpu_us(step.cpu_us());
    added.set_rss_kb(step.rss_kb());
    added.set_verifier_us(step.verifier_us());
    added.set_message(Printable(step.message()));
  }
  if (integration.has_judgement()) {
    FillVerification(integration.judgement(), *row.mutable_verification());
  }
}

void FillFromJudgement(const integrator::v1::Judgement& judgement, const std::string& candidate,
                       uint32_t generator_version, v1::Result& row) {
  row.set_outcome(OutcomeOf(judgement.verdict()));
  FillVerification(judgement, *row.mutable_verification());
  if (row.outcome() == v1::OUTCOME_INTEGRATED || row.outcome() == v1::OUTCOME_PARTLY) {
    row.set_integral(candidate);
    row.set_answer_class(judgement.answer_class());
    row.set_has_abs(judgement.has_abs());
  } else {
    // A row by parts comes here with the engine's answer to the other half of the formula, which
    // must not be stored as the integral of this function.
    ClearAnswer(row);
  }
  v1::StepResult& step = *row.add_steps();
  step.set_engine(kConstruction);
  step.set_version(absl::StrCat(generator_version));
  step.set_outcome(row.outcome());
  step.set_verifier_us(judgement.cpu_us());
  step.set_message(Printable(judgement.reason()));
}

void FillFromDeath(const absl::Status& death, const std::string& engine,
                   const EngineVersions& versions, v1::Result& row) {
  SetEngine(engine, versions, AddDeath(death, row));
}

void FillFromDeathInCheck(const absl::Status& death, uint32_t generator_version, v1::Result& row) {
  v1::StepResult& step = AddDeath(death, row);
  step.set_engine(kConstruction);
  step.set_version(absl::StrCat(generator_version));
}

void ClearAnswer(v1::Result& row) {
  row.clear_integral();
  row.clear_engine();
  row.clear_answer_class();
  row.clear_has_abs();
}

bool IsUnstorableRow(const v1::Result& row) {
  return row.outcome() == v1::OUTCOME_CRASHED && row.steps_size() == 1 &&
         absl::StartsWith(row.steps(0).message(), kUnstorable);
}

v1::Result UnstorableRow(const v1::Result& row, const absl::Status& why) {
  // Only fields that this worker made itself are copied. The text that Postgres refused came from
  // an engine: the answer, a message or the verification.
  v1::Result bare;
  bare.set_index(row.index());
  bare.set_outcome(v1::OUTCOME_CRASHED);
  bare.set_integrand(row.integrand());
  bare.set_canonical_hash(row.canonical_hash());
  bare.set_skeleton_hash(row.skeleton_hash());
  bare.set_kind(row.kind());
  bare.set_speed_factor(row.speed_factor());
  bare.set_wall_ms(row.wall_ms());
  v1::StepResult& step = *bare.add_steps();
  if (row.steps_size() > 0) {
    step.set_engine(row.steps(0).engine());
    step.set_version(row.steps(0).version());
  }
  step.set_outcome(v1::OUTCOME_CRASHED);
  step.set_message(absl::StrCat(kUnstorable, why.message().substr(0, kReasonBytesMax)));
  return bare;
}

}  // namespace motzkin::worker
