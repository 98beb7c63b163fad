#include <fmt/format.h>

#include <bit>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Row;
using postgres::Rows;

v1::Result ResultOf(const Row& row) {
  v1::Result result;
  result.set_index(row.Int("index"));
  result.set_outcome(row.Enum<v1::Outcome>("outcome"));
  result.set_integrand(row.Text("integrand"));
  result.set_integral(row.Text("integral"));
  result.set_canonical_hash(std::bit_cast<uint64_t>(row.Int("canonical_hash")));
  result.set_skeleton_hash(std::bit_cast<uint64_t>(row.Int("skeleton_hash")));
  result.set_engine(row.Text("engine"));
  result.set_answer_class(row.Enum<v1::AnswerClass>("answer_class"));
  result.set_has_abs(row.Bool("has_abs"));
  v1::Verification& verification = *result.mutable_verification();
  verification.set_verdict(row.Enum<v1::Verification::Verdict>("verdict"));
  verification.set_points_agreed(row.Int32("points_agreed"));
  verification.set_points_differed(row.Int32("points_differed"));
  verification.set_precision_bits(row.Int32("precision_bits"));
  verification.set_counterexample(row.Text("counterexample"));
  result.set_speed_factor(row.Real("speed_factor"));
  result.set_kind(row.Enum<v1::Kind>("kind"));
  result.set_wall_ms(row.Int("wall_ms"));
  return result;
}

void AddSteps(const Rows& rows, v1::Result& result) {
  for (const Row row : rows) {
    v1::StepResult& step = *result.add_steps();
    step.set_engine(row.Text("engine"));
    step.set_version(row.Text("version"));
    step.set_outcome(row.Enum<v1::Outcome>("outcome"));
    step.set_cpu_us(row.Int("cpu_us"));
    step.set_rss_kb(row.Int("rss_kb"));
    step.set_verifier_us(row.Int("verifier_us"));
    step.set_message(row.Text("message"));
  }
}

void AddIntervals(const Rows& rows, v1::Result& result) {
  for (const Row row : rows) {
    v1::Interval& interval = *result.mutable_verification()->add_valid_on();
    interval.set_lower(row.Real("lower"));
    interval.set_upper(row.Real("upper"));
  }
}

}  // namespace

absl::StatusOr<std::vector<v1::Result>> Store::LatestIntegrated(int n) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kLatestIntegrated, Params().Int(n)));
  return rows.Map([](const Row& row) {
    v1::Result result;
    result.set_outcome(v1::OUTCOME_INTEGRATED);
    result.set_index(row.Int("index"));
    result.set_integrand(row.Text("integrand"));
    result.set_integral(row.Text("integral"));
    result.set_engine(row.Text("engine"));
    return result;
  });
}

absl::StatusOr<StoredResult> Store::GetResult(int64_t job_id, int64_t index) {
  const Params key = Params().Int(job_id).Int(index);
  StoredResult stored;
  RETURN_IF_ERROR(impl_->session->Read([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kResult, key));
    if (rows.empty())
      return absl::NotFoundError(fmt::format("job {} has no result {} (yet)", job_id, index));
    const Row row = rows.front();
    stored = {.result = ResultOf(row),
              .worker_name = row.Text("worker"),
              .attempt = row.Int32("attempt"),
              .created = TimeOf(row.Int("created_us")),
              .split = row.Text("split"),
              .sealed = row.Bool("sealed"),
              .duplicate_of = row.Int("duplicate_of")};
    ASSIGN_OR_RETURN(const Rows steps, statements.Run(queries::kResultSteps, key));
    AddSteps(steps, stored.result);
    ASSIGN_OR_RETURN(const Rows intervals, statements.Run(queries::kResultIntervals, key));
    AddIntervals(intervals, stored.result);
    return absl::OkStatus();
  }));
  return stored;
}

absl::StatusOr<std::vector<AuditSnapshot>> Store::OpenAudits(int of_each_job) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kOpenAudits, Params().Int(of_each_job)));
  return rows.Map([](const Row& row) {
    return AuditSnapshot{.key = {row.Int("job_id"), row.Int("index")},
                         .first_worker = row.Text("first_worker_uuid")};
  });
}

absl::StatusOr<LabelFlips> Store::Flips(int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows,
                   impl_->session->Select(queries::kLabelFlips, Params().Int(job_id)));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
  return LabelFlipsOf(rows.front());
}

}  // namespace motzkin::coordinator
