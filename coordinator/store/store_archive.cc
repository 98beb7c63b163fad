#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {
namespace {

using postgres::Params;
using postgres::Rows;

// One step deletes at most this many rows. That is some tens of milliseconds of work, so that other
// calls do not wait.
constexpr int64_t kDeletedRowsMax = 20'000;

absl::Status CheckOver(const JobRecord& job) {
  if (job.state != v1::JOB_STATE_RUNNING && job.state != v1::JOB_STATE_PAUSED) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      fmt::format("job {} is not over: its rows stay (motzkin cancel {} ends it)", job.spec.name(),
                  job.spec.name()));
}

// Checks that the archive which has the job's rows already is this one.
absl::Status CheckSame(const JobRecord& job, const ArchiveRecord& archive) {
  if (job.archive_sha256 == archive.sha256) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("job {} is in another archive already, whose SHA256SUMS has the SHA-256 {}",
                  job.spec.name(), absl::BytesToHexString(job.archive_sha256)));
}

absl::Status CheckWhole(const JobRecord& job, const LabelFlips& flips,
                        const ArchiveRecord& archive) {
  if (job.stored() == archive.rows && flips.audited == archive.audited) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("job {} has {} rows and {} audits, the archive {} and {}: archive it anew",
                  job.spec.name(), job.stored(), flips.audited, archive.rows, archive.audited));
}

}  // namespace

absl::StatusOr<int64_t> Store::CountResults(int64_t job_id, int64_t begin, int64_t end) {
  ASSIGN_OR_RETURN(
      const Rows count,
      impl_->session->Select(queries::kCountResults, Params().Int(job_id).Int(begin).Int(end)));
  return count.front().Int("rows");
}

absl::Status Store::MarkArchived(int64_t job_id, const ArchiveRecord& archive) {
  // It touches every batch of the job.
  return impl_->session->WriteMuch([&](Statements& statements) -> absl::Status {
    const Params key = Params().Int(job_id);
    RETURN_IF_ERROR(statements.Do(queries::kLockJob, key));
    ASSIGN_OR_RETURN(const JobRecord job, JobIn(statements, job_id));
    // A repeated call goes on with the drop that an earlier one has begun.
    if (job.archived.has_value()) return CheckSame(job, archive);
    RETURN_IF_ERROR(CheckOver(job));
    // The locks wait for submissions under way, and later ones find their batch revoked.
    RETURN_IF_ERROR(statements.Do(queries::kLockJobBatches, key));
    RETURN_IF_ERROR(statements.Do(queries::kRevokeAllBatches, key));
    ASSIGN_OR_RETURN(const Rows found, statements.Run(queries::kLabelFlips, key));
    const LabelFlips flips = LabelFlipsOf(found.front());
    RETURN_IF_ERROR(CheckWhole(job, flips, archive));
    return statements.Do(
        queries::kInsertArchive,
        Params(key).Int(archive.rows).Int(archive.audited).Int(flips.flips).Bytes(archive.sha256));
  });
}

absl::StatusOr<bool> Store::DropArchived(int64_t job_id) {
  bool more = false;
  RETURN_IF_ERROR(impl_->session->Write([&](Statements& statements) -> absl::Status {
    ASSIGN_OR_RETURN(const Rows step, statements.Run(queries::kDropArchived,
                                                     Params().Int(job_id).Int(kDeletedRowsMax)));
    more = step.front().Bool("more");
    return absl::OkStatus();
  }));
  impl_->figures.ForgetBytes(job_id);
  return more;
}

}  // namespace motzkin::coordinator
