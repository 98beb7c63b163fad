#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/results/spec_digest.h"
#include "common/words/words.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Row;
using postgres::Rows;

// SQL counts outcomes from 1, as the proto does, and its arrays too.
OutcomeCounts CountsOf(const std::vector<int64_t>& values) {
  OutcomeCounts counts{};
  MOTZKIN_CHECK(values.size() + 1 == counts.size());
  std::copy(values.begin(), values.end(), counts.begin() + 1);
  return counts;
}

absl::StatusOr<JobRecord> JobOf(const Row& row) {
  JobRecord job;
  job.id = row.Int("id");
  job.uuid = row.Text("uuid");
  if (!job.spec.ParseFromString(row.Bytes("spec"))) {
    return absl::InternalError(fmt::format("the spec of job {} cannot be read", job.id));
  }
  job.spec_digest = row.Bytes("spec_digest");
  job.state = static_cast<v1::JobState>(row.Int("state"));  // SQL counts from 1, as the proto does.
  job.reason = row.Text("reason");
  job.created = TimeOf(row.Int("created_us"));
  job.target = row.Int("target");
  job.allocated_below = row.Int("allocated_below");
  job.sealed_below = row.Int("sealed_below");
  job.outcomes = CountsOf(row.IntArray("outcomes"));
  job.sealed_outcomes = CountsOf(row.IntArray("sealed_outcomes"));
  job.duplicates = row.Int("duplicates");
  if (!row.IsNull("archived_us")) {
    job.archived = TimeOf(row.Int("archived_us"));
    job.archive_sha256 = row.Bytes("archive_sha256");
  }
  return job;
}

absl::StatusOr<std::vector<JobRecord>> SelectJobs(Session& session, const Params& params) {
  ASSIGN_OR_RETURN(const Rows rows, session.Select(queries::kJobs, params));
  std::vector<JobRecord> jobs;
  for (const Row row : rows) {
    ASSIGN_OR_RETURN(JobRecord job, JobOf(row));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

absl::StatusOr<JobRecord> SelectJob(Session& session, const Params& params,
                                    const std::string& called) {
  ASSIGN_OR_RETURN(std::vector<JobRecord> jobs, SelectJobs(session, params));
  if (jobs.empty()) return absl::NotFoundError(fmt::format("no job {}", called));
  return std::move(jobs.front());
}

Params CreationOf(const v1::JobSpec& spec, const std::string& request_id) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  MOTZKIN_CHECK(google::protobuf::util::MessageToJsonString(spec, &json, options).ok());
  // The enums of SQL have no value for UNSPECIFIED, so its meaning is stored.
  const v1::Kind kind =
      spec.generator().kind() == v1::KIND_UNSPECIFIED ? v1::KIND_FORWARD : spec.generator().kind();
  const v1::Answers answers =
      spec.answers() == v1::ANSWERS_UNSPECIFIED ? v1::ANSWERS_SPECIAL : spec.answers();
  return Params()
      .Text(request_id)
      .Text(spec.name())
      .Bytes(spec.SerializeAsString())
      .Text(json)
      .Bytes(SpecDigest(spec))
      .Int(spec.generator().version())
      .Int(kind)
      .Int(answers)
      .Int(spec.target())
      .Bool(spec.target_integrated());
}

// `job` is a row of lock_job.sql, here and below.
absl::Status CheckHere(const Row& job) {
  if (!job.Bool("archived")) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "job {} cannot go on: its rows are archived. Its archive's job.yaml starts it anew",
      job.Text("name")));
}

absl::Status CheckTransition(const Row& job, std::string_view to) {
  const std::string& from = job.Text("state");
  // A call whose answer was lost is repeated, and must succeed again.
  if (from == to) return absl::OkStatus();
  RETURN_IF_ERROR(CheckHere(job));
  if (from != "completed" && from != "cancelled") return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "job {} is {}{}", job.Text("name"), from, from == "completed" ? ": extend it to go on" : ""));
}

// Revokes under the locks that submissions take. So once this has committed, no submission stores a
// row any more.
absl::Status RevokeBatches(Statements& statements, int64_t job_id) {
  RETURN_IF_ERROR(statements.Do(queries::kLockOpenBatches, Params().Int(job_id)));
  RETURN_IF_ERROR(statements.Do(queries::kRevokeBatches, Params().Int(job_id)));
  return statements.Do(queries::kRevokeLeases, Params().Int(job_id));
}

}  // namespace

absl::StatusOr<JobRecord> Store::CreateJob(const v1::JobSpec& spec, const std::string& request_id) {
  int64_t id = 0;
  const absl::Status status = impl_->session->Write([&](Statements& statements) -> absl::Status {
    // A call that is repeated must find the job that it made, and not be refused because that job
    // has the name.
    ASSIGN_OR_RETURN(const Rows before,
                     statements.Run(queries::kJobByRequest, Params().Text(request_id)));
    if (!before.empty()) {
      id = before.front().Int("id");
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Rows created,
                     statements.Run(queries::kCreateJob, CreationOf(spec, request_id)));
    id = created.front().Int("id");
    return absl::OkStatus();
  });
  // The request id was looked up in the same transaction, so the name is the one that is taken.
  if (postgres::SqlState(status) == "23505") {
    return absl::AlreadyExistsError(fmt::format("there is a job {} already", spec.name()));
  }
  RETURN_IF_ERROR(status);
  // Read after the commit, so a call that is repeated reports the job as it is by now.
  return Job(id);
}

absl::StatusOr<Rows> LockJob(Statements& statements, int64_t job_id) {
  ASSIGN_OR_RETURN(Rows rows, statements.Run(queries::kLockJob, Params().Int(job_id)));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
  return rows;
}

absl::StatusOr<JobRecord> JobIn(Statements& statements, int64_t job_id) {
  ASSIGN_OR_RETURN(const Rows rows, statements.Run(queries::kJobs, Params().Int(job_id).Null()));
  if (rows.empty()) return absl::NotFoundError(fmt::format("no job {}", job_id));
  return JobOf(rows.front());
}

absl::StatusOr<JobRecord> Store::Job(int64_t job_id) {
  return SelectJob(*impl_->session, Params().Int(job_id).Null(), std::to_string(job_id));
}

absl::StatusOr<JobRecord> Store::JobByName(const std::string& name_or_uuid) {
  return SelectJob(*impl_->session, Params().Null().Text(name_or_uuid), name_or_uuid);
}

absl::StatusOr<std::vector<JobRecord>> Store::Jobs() {
  return SelectJobs(*impl_->session, Params().Null().Null());
}

absl::Status Store::SetJobState(int64_t job_id, v1::JobState state, std::string_view reason) {
  const std::string to = Word(state);
  return impl_->session->WriteMuch([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows job, LockJob(statements, job_id));
    // The job is locked before its batches, as in MarkArchived(), so that the two calls never wait
    // for each other.
    RETURN_IF_ERROR(CheckTransition(job.front(), to));
    if (state == v1::JOB_STATE_RUNNING) {
      RETURN_IF_ERROR(statements.Do(queries::kReopenBatches, Params().Int(job_id)));
    } else {
      RETURN_IF_ERROR(RevokeBatches(statements, job_id));
    }
    return statements.Do(queries::kSetJobState, Params().Int(job_id).Text(to).Text(reason));
  });
}

absl::Status Store::SetJobReason(int64_t job_id, std::string_view reason) {
  return impl_->session->Write([&](Statements& statements) {
    return statements.Do(queries::kSetJobReason, Params().Int(job_id).Text(reason));
  });
}

absl::Status Store::ExtendTarget(int64_t job_id, int64_t target) {
  // The job may allocate again, up to its bytes_max, so its size must not be a minute old.
  impl_->figures.ForgetBytes(job_id);
  return impl_->session->WriteMuch([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows locked, LockJob(statements, job_id));
    const Row job = locked.front();
    const std::string& state = job.Text("state");
    const std::string& name = job.Text("name");
    const int64_t present = job.Int("target");
    if (target == present) return absl::OkStatus();
    if (present == 0 || target < present) {
      return absl::InvalidArgumentError(
          fmt::format("job {}: a target of {} is not above the present {}", name, target,
                      present == 0 ? "one, which is endless" : std::to_string(present)));
    }
    if (state == "cancelled")
      return absl::FailedPreconditionError(fmt::format("job {} is cancelled", name));
    RETURN_IF_ERROR(CheckHere(job));
    RETURN_IF_ERROR(statements.Do(queries::kSetJobTarget, Params().Int(job_id).Int(target)));
    if (state != "completed") return absl::OkStatus();
    // Its open batches were revoked as it completed.
    RETURN_IF_ERROR(statements.Do(queries::kReopenBatches, Params().Int(job_id)));
    return statements.Do(queries::kSetJobState, Params().Int(job_id).Text("running").Text(""));
  });
}

}  // namespace motzkin::coordinator
