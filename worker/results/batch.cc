#include "worker/results/batch.h"

#include <fmt/format.h>

namespace motzkin::worker {

std::string ToString(const BatchId& id) {
  if (id.audit) {
    return fmt::format("audit of index {} of job {}", id.batch, id.job_uuid.substr(0, 8));
  }
  return fmt::format("batch {} of job {} (attempt {})", id.batch, id.job_uuid.substr(0, 8),
                     id.attempt);
}

}  // namespace motzkin::worker
