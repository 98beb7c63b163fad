#include "common/results/submit_results.h"

#include <bit>
#include <optional>
#include <string>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/postgres/watchdog.h"
#include "results_queries.h"

namespace motzkin {
namespace {

using postgres::Params;
using postgres::Rows;

using Texts = std::vector<std::optional<std::string>>;
using Ints = std::vector<int64_t>;

std::optional<std::string> OrNull(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

// Returns "{lower,upper,lower,upper}"; NULL if there are no intervals.
std::optional<std::string> BoundsOf(const v1::Verification& verification) {
  std::vector<double> bounds;
  for (const v1::Interval& interval : verification.valid_on()) {
    bounds.push_back(interval.lower());
    bounds.push_back(interval.upper());
  }
  if (bounds.empty()) return std::nullopt;
  return Params().RealArray(bounds).values().front();
}

// The engines of a submission, each once. The columns refer to them by position, counted from 1, so
// that a name is not sent with every row.
class EngineList {
 public:
  int64_t PositionOf(const std::string& name, const std::string& version) {
    for (size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name && versions_[i] == version) return static_cast<int64_t>(i + 1);
    }
    names_.push_back(name);
    versions_.push_back(version);
    return static_cast<int64_t>(names_.size());
  }
  void AddTo(Params& params) const { params.TextArray(names_).TextArray(versions_); }

 private:
  std::vector<std::string> names_, versions_;
};

// The columns of submit_results() that hold one element a result.
struct ResultColumns {
  Ints indices, outcomes, canonical_hashes, skeleton_hashes, engines, classes, verdicts, agreed,
      differed, bits, wall_ms;
  std::vector<std::string> integrands;
  Texts integrals, counterexamples, bounds;
  std::vector<bool> has_abs;
  std::vector<double> speed_factors;

  void Add(const v1::Result& result, EngineList& list) {
    const v1::Verification& verification = result.verification();
    indices.push_back(result.index());
    outcomes.push_back(result.outcome());
    integrands.push_back(result.integrand());
    integrals.push_back(OrNull(result.integral()));
    // bigint is signed, so the hashes keep their bits and may become negative.
    canonical_hashes.push_back(std::bit_cast<int64_t>(result.canonical_hash()));
    skeleton_hashes.push_back(std::bit_cast<int64_t>(result.skeleton_hash()));
    engines.push_back(EngineOf(result, list));
    classes.push_back(result.answer_class());
    has_abs.push_back(result.has_abs());
    verdicts.push_back(verification.verdict());
    agreed.push_back(verification.points_agreed());
    differed.push_back(verification.points_differed());
    bits.push_back(verification.precision_bits());
    counterexamples.push_back(OrNull(verification.counterexample()));
    bounds.push_back(BoundsOf(verification));
    speed_factors.push_back(result.speed_factor());
    wall_ms.push_back(result.wall_ms());
  }

  // Returns the position of the engine that gave the answer; 0 if there is no answer. Its version
  // is that of the last step with this engine, which gave the answer.
  static int64_t EngineOf(const v1::Result& result, EngineList& list) {
    if (result.engine().empty()) return 0;
    std::string version;
    for (const v1::StepResult& step : result.steps()) {
      if (step.engine() == result.engine()) version = step.version();
    }
    return list.PositionOf(result.engine(), version);
  }

  void AddTo(Params& params) const {
    params.IntArray(indices).IntArray(outcomes).TextArray(integrands).TextArray(integrals);
    params.IntArray(canonical_hashes)
        .IntArray(skeleton_hashes)
        .IntArray(engines)
        .IntArray(classes)
        .BoolArray(has_abs);
    params.IntArray(verdicts).IntArray(agreed).IntArray(differed).IntArray(bits);
    params.TextArray(counterexamples).TextArray(bounds).RealArray(speed_factors).IntArray(wall_ms);
  }
};

// The columns of submit_results() that hold one element a step.
struct StepColumns {
  Ints results, engines, outcomes, cpu_us, rss_kb, verifier_us;
  std::vector<std::string> messages;

  void Add(const v1::StepResult& step, int64_t result_position, EngineList& list) {
    results.push_back(result_position);
    engines.push_back(list.PositionOf(step.engine(), step.version()));
    outcomes.push_back(step.outcome());
    cpu_us.push_back(step.cpu_us());
    rss_kb.push_back(step.rss_kb());
    verifier_us.push_back(step.verifier_us());
    messages.push_back(step.message());
  }

  void AddTo(Params& params) const {
    params.IntArray(results).IntArray(engines).IntArray(outcomes).IntArray(cpu_us).IntArray(rss_kb);
    params.IntArray(verifier_us).TextArray(messages);
  }
};

Params AuditParamsOf(const v1::Submission& submission) {
  Ints indices, outcomes, classes, cpu_us;
  Texts integrals;
  std::vector<double> speed_factors;
  for (const v1::Result& result : submission.results()) {
    indices.push_back(result.index());
    outcomes.push_back(result.outcome());
    classes.push_back(result.answer_class());
    integrals.push_back(OrNull(result.integral()));
    speed_factors.push_back(result.speed_factor());
    cpu_us.push_back(0);
    // The audit table keeps the total, not the steps.
    for (const v1::StepResult& step : result.steps()) cpu_us.back() += step.cpu_us();
  }
  Params params;
  params.Text(submission.job_uuid())
      .Bytes(submission.spec_digest())
      .Int(submission.generator_version())
      .Text(submission.worker_uuid())
      .Int(submission.audit_budget_factor());
  params.IntArray(indices).IntArray(outcomes).IntArray(classes).TextArray(integrals);
  params.RealArray(speed_factors).IntArray(cpu_us);
  return params;
}

Params ParamsOf(const v1::Submission& submission) {
  Params params;
  params.Text(submission.job_uuid())
      .Bytes(submission.spec_digest())
      .Int(submission.generator_version());
  params.Int(submission.batch()).Int(submission.attempt()).Text(submission.worker_uuid());
  EngineList engines;
  ResultColumns results;
  StepColumns steps;
  for (int i = 0; i < submission.results_size(); ++i) {
    const v1::Result& result = submission.results(i);
    results.Add(result, engines);
    for (const v1::StepResult& step : result.steps()) steps.Add(step, i + 1, engines);
  }
  results.AddTo(params);
  engines.AddTo(params);
  steps.AddTo(params);
  return params;
}

}  // namespace

absl::StatusOr<std::vector<v1::RowStatus>> SubmitResults(postgres::Connection& connection,
                                                         const v1::Submission& submission,
                                                         absl::Duration longest) {
  // This makes a thread for each flush, but there is only about one a second.
  postgres::Watchdog watchdog;
  const postgres::Watchdog::Watch watch(watchdog, connection, longest);
  const bool audits = submission.audit_budget_factor() > 0;
  ASSIGN_OR_RETURN(
      const Rows rows,
      audits ? connection.ExecuteAlone(results_queries::kSubmitAudits, AuditParamsOf(submission))
             : connection.ExecuteAlone(results_queries::kSubmitResults, ParamsOf(submission)));
  std::vector<v1::RowStatus> statuses;
  for (const int64_t status : rows.front().IntArray("statuses"))
    statuses.push_back(static_cast<v1::RowStatus>(status));
  // The SQL function is ours and returns one status for each index.
  MOTZKIN_CHECK(statuses.size() == static_cast<size_t>(submission.results_size()));
  return statuses;
}

}  // namespace motzkin
