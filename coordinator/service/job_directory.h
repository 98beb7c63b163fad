// Maps the numbers of jobs, which the coordinator uses, to their UUIDs, which the wire uses, and
// back. It is filled from the store. A job is never forgotten, because late reports may name it.
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "coordinator/store/records.h"
#include "motzkin/v1/worker_service.pb.h"

namespace motzkin::coordinator {

class JobDirectory {
 public:
  // Adds a job. Adding it again changes nothing.
  void Put(const JobRecord& job) ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<int64_t> IdOf(const std::string& uuid) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<v1::DesiredJob> Find(int64_t id) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::map<int64_t, v1::DesiredJob> jobs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::coordinator
