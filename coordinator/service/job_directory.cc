#include "coordinator/service/job_directory.h"

namespace motzkin::coordinator {

void JobDirectory::Put(const KnownJob& job) {
  const absl::MutexLock lock(&mutex_);
  if (!jobs_.try_emplace(job.id, job).second) return;  // A spec is immutable.
  ids_.emplace(job.uuid, job.id);
}

std::optional<int64_t> JobDirectory::IdOf(const std::string& uuid) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = ids_.find(uuid);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::optional<KnownJob> JobDirectory::Find(int64_t id) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::nullopt;
  return found->second;
}

}  // namespace motzkin::coordinator
