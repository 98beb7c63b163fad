#include "coordinator/service/job_directory.h"

namespace motzkin::coordinator {

void JobDirectory::Put(const JobRecord& job) {
  const absl::MutexLock lock(&mutex_);
  // The first entry stays right: a spec is immutable, and a target that grows is kept beside it.
  const auto [known, added] = jobs_.try_emplace(job.id);
  if (!added) return;
  known->second.set_job_uuid(job.uuid);
  *known->second.mutable_spec() = job.spec;
  known->second.set_spec_digest(job.spec_digest);
  ids_.emplace(job.uuid, job.id);
}

std::optional<int64_t> JobDirectory::IdOf(const std::string& uuid) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = ids_.find(uuid);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

// Returns a copy, because the lock ends with the call.
std::optional<v1::DesiredJob> JobDirectory::Find(int64_t id) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::nullopt;
  return found->second;
}

}  // namespace motzkin::coordinator
