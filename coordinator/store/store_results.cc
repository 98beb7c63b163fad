#include <fmt/format.h>

#include <bit>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Rows;

v1::Result ResultOf(const Rows& rows) {
  v1::Result result;
  result.set_index(rows.Int(0, 0));
  result.set_outcome(static_cast<v1::Outcome>(rows.Int(0, 1)));
  result.set_integrand(rows.Text(0, 2));
  result.set_integral(rows.Text(0, 3));
  result.set_canonical_hash(std::bit_cast<uint64_t>(rows.Int(0, 4)));
  result.set_skeleton_hash(std::bit_cast<uint64_t>(rows.Int(0, 5)));
  result.set_engine(rows.Text(0, 6));
  result.set_answer_class(static_cast<v1::AnswerClass>(rows.Int(0, 7)));
  result.set_has_abs(rows.Bool(0, 8));
  v1::Verification& verification = *result.mutable_verification();
  verification.set_verdict(static_cast<v1::Verification::Verdict>(rows.Int(0, 9)));
  verification.set_points_agreed(static_cast<int32_t>(rows.Int(0, 10)));
  verification.set_points_differed(static_cast<int32_t>(rows.Int(0, 11)));
  verification.set_precision_bits(static_cast<int32_t>(rows.Int(0, 12)));
  verification.set_counterexample(rows.Text(0, 13));
  result.set_speed_factor(rows.Real(0, 14));
  result.set_kind(static_cast<v1::Kind>(rows.Int(0, 15)));
  result.set_wall_ms(rows.Int(0, 16));
  return result;
}

void AddSteps(const Rows& rows, v1::Result& result) {
  for (size_t row = 0; row < rows.size(); ++row) {
    v1::StepResult& step = *result.add_steps();
    step.set_engine(rows.Text(row, 0));
    step.set_version(rows.Text(row, 1));
    step.set_outcome(static_cast<v1::Outcome>(rows.Int(row, 2)));
    step.set_cpu_us(rows.Int(row, 3));
    step.set_rss_kb(rows.Int(row, 4));
    step.set_verifier_us(rows.Int(row, 5));
    step.set_message(rows.Text(row, 6));
  }
}

void AddIntervals(const Rows& bounds, v1::Result& result) {
  for (size_t row = 0; row + 1 < bounds.size(); row += 2) {
    v1::Interval& interval = *result.mutable_verification()->add_valid_on();
    interval.set_lower(bounds.Real(row, 0));
    interval.set_upper(bounds.Real(row + 1, 0));
  }
}

}  // namespace

LabelFlips LabelFlipsOf(const Rows& rows) {
  return {.open = rows.Int(0, 0),
          .audited = rows.Int(0, 1),
          .flips = rows.Int(0, 2),
          .share = rows.Real(0, 3),
          .lower = rows.Real(0, 4),
          .upper = rows.Real(0, 5)};
}

absl::StatusOr<std::vector<v1::Result>> Store::LatestIntegrated(int n) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kLatestIntegrated, Params().Int(n)));
  std::vector<v1::Result> results;
  for (size_t row = 0; row < rows.size(); ++row) {
    v1::Result result;
    result.set_outcome(v1::OUTCOME_INTEGRATED);
    result.set_index(rows.Int(row, 0));
    result.set_integrand(rows.Text(row, 1));
    result.set_integral(rows.Text(row, 2));
    result.set_engine(rows.Text(row, 3));
    results.push_back(std::move(result));
  }
  return results;
}

absl::StatusOr<StoredResult> Store::GetResult(int64_t job_id, int64_t index) {
  const Params key = Params().Int(job_id).Int(index);
  StoredResult stored;
  RETURN_IF_ERROR(impl_->session->Read([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kResult, key));
    if (rows.empty())
      return absl::NotFoundError(fmt::format("job {} has no result {} (yet)", job_id, index));
    stored.result = ResultOf(rows);
    stored.worker_name = rows.Text(0, 17);
    stored.attempt = static_cast<int32_t>(rows.Int(0, 18));
    stored.created = TimeOf(rows.Int(0, 19));
    stored.split = rows.Text(0, 20);
    stored.sealed = rows.Bool(0, 21);
    stored.duplicate_of = rows.Int(0, 22);
    ASSIGN_OR_RETURN(const Rows steps, statements.Run(queries::kResultSteps, key));
    AddSteps(steps, stored.result);
    ASSIGN_OR_RETURN(const Rows bounds, statements.Run(queries::kResultIntervals, key));
    AddIntervals(bounds, stored.result);
    return absl::OkStatus();
  }));
  return stored;
}

absl::StatusOr<std::vector<AuditSnapshot>> Store::OpenAudits(int of_each_job) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kOpenAudits, Params().Int(of_each_job)));
  std::vector<AuditSnapshot> audits;
  audits.reserve(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    audits.push_back({{rows.Int(row, 0), rows.Int(row, 1)}, rows.Text(row, 2)});
  }
  return audits;
}

absl::StatusOr<LabelFlips> Store::Flips(int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kLabelFlips, Params().Int(job_id)));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
  return LabelFlipsOf(rows);
}

}  // namespace motzkin::coordinator
