#include "worker/batch.h"

#include <fmt/format.h>

namespace motzkin::worker {

std::string ToString(const BatchId& id) {
  return fmt::format("batch {} of job {} (attempt {})", id.batch, id.job_uuid.substr(0, 8),
                     id.attempt);
}

}  // namespace motzkin::worker
