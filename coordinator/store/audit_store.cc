#include "coordinator/store/audit_store.h"

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "coordinator/store/store_impl.h"

namespace motzkin::coordinator {

using postgres::Params;
using postgres::Row;
using postgres::Rows;

absl::StatusOr<VoidedRows> AuditStore::VoidRows(int64_t job_id, const std::string& worker_uuid,
                                                absl::Time since) {
  VoidedRows voided;
  RETURN_IF_ERROR(store_.impl_->session->WriteMuch([&](Statements& statements) -> absl::Status {
    // The lock keeps the sealer and submissions away until rows and counters are changed together.
    ASSIGN_OR_RETURN(const Rows locked, LockJob(statements, job_id));
    if (locked.front().Bool("archived")) {
      return absl::FailedPreconditionError(
          fmt::format("the rows of job {} are archived", locked.front().Text("name")));
    }
    ASSIGN_OR_RETURN(
        const Rows found,
        statements.Run(queries::kVoidRows, Params().Int(job_id).Text(worker_uuid).Time(since)));
    if (found.empty()) return absl::NotFoundError(fmt::format("no worker {}", worker_uuid));
    const Row row = found.front();
    voided = {.rows = row.Int("rows"),
              .sealed_rows = row.Int("sealed_rows"),
              .first_sealed = row.Int("first_sealed"),
              .last_sealed = row.Int("last_sealed"),
              .hidden_rows = row.Int("hidden_rows")};
    return absl::OkStatus();
  }));
  return voided;
}

// A quarantine that began before `since` remains: VoidRows() has left the rows of that time.
absl::Status AuditStore::LiftQuarantine(const std::string& worker_uuid, absl::Time since) {
  return store_.impl_->session->Write([&](Statements& statements) {
    return statements.Do(queries::kLiftQuarantine, Params().Text(worker_uuid).Time(since));
  });
}

absl::StatusOr<std::vector<Quarantine>> AuditStore::Quarantines() {
  ASSIGN_OR_RETURN(const Rows rows, store_.impl_->session->Select(queries::kQuarantines));
  return rows.Map([](const Row& row) {
    return Quarantine{
        .worker = row.Text("worker_uuid"), .row = row.Text("row"), .auditor = row.Text("auditor")};
  });
}

absl::StatusOr<std::string> AuditStore::Give(const GiveAudit& what) {
  std::string candidate;
  RETURN_IF_ERROR(store_.impl_->session->Write([&](Statements& statements) -> absl::Status {
    // The statement gives the audit and reads the candidate at once. An audit that was answered
    // meanwhile has no row here, and the worker is not bothered with it.
    ASSIGN_OR_RETURN(
        const Rows given,
        statements.Run(queries::kGiveAudit,
                       Params().Int(what.audit.job).Int(what.audit.index).Text(what.worker)));
    if (given.empty()) {
      return absl::NotFoundError(fmt::format("function {} of job {} is not to be audited",
                                             what.audit.index, what.audit.job));
    }
    candidate = given.front().Text("candidate");
    return absl::OkStatus();
  }));
  return candidate;
}

}  // namespace motzkin::coordinator
