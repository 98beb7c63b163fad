// Does what is to be done about rows that may be wrong.
//
// Errors of all functions are those of Store. Thread-safe.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/store/store.h"

namespace motzkin::coordinator {

// The rows of one worker in one job that were taken back.
struct VoidedRows {
  int64_t rows = 0;
  // The sealed ones among them, and the lowest and highest index of these.
  int64_t sealed_rows = 0;
  int64_t first_sealed = 0;
  int64_t last_sealed = 0;
  // Rows of other workers that they made look like duplicates.
  int64_t hidden_rows = 0;
};

class AuditStore {
 public:
  // `store` must outlive this.
  explicit AuditStore(Store& store) : store_(store) {}

  // Takes back the rows that the worker stored in the job since `since`, and its answers to audits.
  // Their indices are open again, the sealed prefix ends below the first of them, and a completed
  // job runs again. Takes about 10 s for a million rows. FAILED_PRECONDITION: the job is archived.
  absl::StatusOr<VoidedRows> VoidRows(int64_t job_id, const std::string& worker_uuid,
                                      absl::Time since);
  // Ends the quarantine of a worker that began at `since` or later.
  absl::Status LiftQuarantine(const std::string& worker_uuid, absl::Time since);
  // Lists all quarantines.
  absl::StatusOr<std::vector<Quarantine>> Quarantines();

  // Notes whom an audit was given to: only that worker's answer is taken. Returns the integral to
  // verify again, or nothing if the label was negative. NOT_FOUND: the audit is not open.
  absl::StatusOr<std::string> Give(const GiveAudit& what);

 private:
  Store& store_;
};

}  // namespace motzkin::coordinator
