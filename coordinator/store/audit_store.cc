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

}  // namespace motzkin::coordinator
