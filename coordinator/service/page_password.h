// The password of the coordinator's page, of which the database keeps the hash. So it survives
// restarts, backups and restores.
//
// Thread-safe. Set() and Check() hash, one at a time: a hash takes a part of a second and 32 MiB.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/store/member_store.h"

namespace motzkin::coordinator {

class PagePassword {
 public:
  // `store` must outlive this.
  explicit PagePassword(Store& store) : store_(store) {}

  // Reads the hash. The errors are those of Store.
  absl::Status Load() ABSL_LOCKS_EXCLUDED(mutex_);
  // Sets the password; an empty one takes it away. FAILED_PRECONDITION: it was to stay.
  absl::Status Set(const std::string& password) ABSL_LOCKS_EXCLUDED(mutex_, hashing_);
  // From now on there has to be a password: other machines reach the page.
  void MustStay() { must_stay_ = true; }

  bool exists() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Grows with each Set(), so that what counts with an older password can be told.
  int64_t version() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns the version of which this is the password; nothing if it is of none.
  std::optional<int64_t> Check(const std::string& password) const
      ABSL_LOCKS_EXCLUDED(mutex_, hashing_);

 private:
  MemberStore store_;
  std::atomic<bool> must_stay_ = false;
  mutable absl::Mutex hashing_ ABSL_ACQUIRED_BEFORE(mutex_);
  mutable absl::Mutex mutex_;
  std::string hash_ ABSL_GUARDED_BY(mutex_);  // empty without a password
  int64_t version_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace motzkin::coordinator
