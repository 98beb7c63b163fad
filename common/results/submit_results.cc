#include "common/results/submit_results.h"

#include <bit>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/postgres/watchdog.h"
#include "results_queries.h"

namespace motzkin {
namespace {

using postgres::Params;
using postgres::Rows;

Params RecordOf(const v1::Result& result);

// The fields of submitted_step.
Params RecordOf(const v1::StepResult& step) {
  Params record;
  record.Text(step.engine()).Text(step.version()).Int(step.outcome());
  record.Int(step.cpu_us()).Int(step.rss_kb()).Int(step.verifier_us()).Text(step.message());
  return record;
}

template <typename Messages>
std::vector<Params> RecordsOf(const Messages& messages) {
  std::vector<Params> records;
  records.reserve(static_cast<size_t>(messages.size()));
  for (const auto& message : messages) records.push_back(RecordOf(message));
  return records;
}

// Returns the lower and the upper bound of each interval, one after the other.
std::vector<double> BoundsOf(const v1::Verification& verification) {
  std::vector<double> bounds;
  for (const v1::Interval& interval : verification.valid_on()) {
    bounds.push_back(interval.lower());
    bounds.push_back(interval.upper());
  }
  return bounds;
}

// The version of an answer's engine is that of the step which gave it: the last of that name.
std::string VersionOf(const v1::Result& result) {
  std::string version;
  for (const v1::StepResult& step : result.steps()) {
    if (step.engine() == result.engine()) version = step.version();
  }
  return version;
}

// The fields of submitted_result.
Params RecordOf(const v1::Result& result) {
  const v1::Verification& verification = result.verification();
  Params record;
  record.Int(result.index()).Int(result.outcome());
  record.Text(result.integrand()).Text(result.integral());
  // bigint has a sign and the hashes have none. SQL only compares them and splits by their bytes,
  // so the bits are stored as they are.
  record.Int(std::bit_cast<int64_t>(result.canonical_hash()));
  record.Int(std::bit_cast<int64_t>(result.skeleton_hash()));
  record.Text(result.engine()).Text(VersionOf(result));
  record.Int(result.answer_class()).Bool(result.has_abs());
  record.Int(verification.verdict()).Int(verification.points_agreed());
  record.Int(verification.points_differed()).Int(verification.precision_bits());
  record.Text(verification.counterexample()).RealArray(BoundsOf(verification));
  record.Real(result.speed_factor()).Int(result.wall_ms());
  record.RecordArray(RecordsOf(result.steps()));
  return record;
}

bool IsOfAudits(const v1::Submission& submission) { return submission.audit_budget_factor() > 0; }

// Returns the parameters that the four queries begin with.
Params ParamsOf(const v1::Submission& submission) {
  Params params;
  params.Text(submission.job_uuid()).Bytes(submission.spec_digest());
  params.Int(submission.generator_version()).RecordArray(RecordsOf(submission.results()));
  if (IsOfAudits(submission)) {
    params.Int(submission.audit_budget_factor());
  } else {
    params.Int(submission.batch()).Int(submission.attempt());
  }
  return params;
}

struct Queries {
  std::string_view results;
  std::string_view audits;
};

absl::StatusOr<std::vector<v1::RowStatus>> Run(postgres::Connection& connection,
                                               const Queries& queries,
                                               const v1::Submission& submission,
                                               const Params& params, absl::Duration longest) {
  // This makes a thread for each flush, but there is only about one a second.
  postgres::Watchdog watchdog;
  const postgres::Watchdog::Watch watch(watchdog, connection, longest);
  ASSIGN_OR_RETURN(
      const Rows rows,
      connection.ExecuteAlone(IsOfAudits(submission) ? queries.audits : queries.results, params));
  std::vector<v1::RowStatus> statuses;
  for (const int64_t status : rows.front().IntArray("statuses"))
    statuses.push_back(static_cast<v1::RowStatus>(status));
  // The SQL functions are ours and return one status for each result.
  MOTZKIN_CHECK(statuses.size() == static_cast<size_t>(submission.results_size()));
  return statuses;
}

}  // namespace

absl::StatusOr<std::vector<v1::RowStatus>> SubmitResults(postgres::Connection& connection,
                                                         const v1::Submission& submission,
                                                         absl::Duration longest) {
  return Run(connection, {results_queries::kSubmitResults, results_queries::kSubmitAudits},
             submission, ParamsOf(submission), longest);
}

absl::StatusOr<std::vector<v1::RowStatus>> StoreResults(postgres::Connection& connection,
                                                        const v1::Submission& submission,
                                                        absl::Duration longest) {
  return Run(connection, {results_queries::kStoreResults, results_queries::kStoreAudits},
             submission, ParamsOf(submission).Text(submission.worker_uuid()), longest);
}

}  // namespace motzkin
