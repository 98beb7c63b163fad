#include "worker/results/batch.h"

#include <fmt/format.h>

namespace motzkin::worker {

std::string ToString(const WorkId& id) {
  if (const auto* audit = std::get_if<AuditId>(&id)) {
    return fmt::format("audit of index {} of job {}", audit->index, audit->job_uuid.substr(0, 8));
  }
  const auto& lease = std::get<BatchId>(id);
  return fmt::format("batch {} of job {} (attempt {})", lease.batch, lease.job_uuid.substr(0, 8),
                     lease.attempt);
}

WorkId IdOf(const v1::Submission& submission) {
  if (submission.audit_budget_factor() > 0) {
    return AuditId{submission.job_uuid(), submission.batch()};
  }
  return BatchIdOf(submission);
}

}  // namespace motzkin::worker
