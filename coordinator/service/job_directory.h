// Which job is which: numbers inside, UUIDs on the wire. Filled from the store; a job is never
// forgotten, as late reports may name it.
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
  void Put(const JobRecord& job) ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<int64_t> IdOf(const std::string& uuid) const ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<v1::DesiredJob> Find(int64_t id) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::map<int64_t, v1::DesiredJob> jobs_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::coordinator
