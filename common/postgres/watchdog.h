// Hangs up on a server that stands still: its kernel keeps the connection alive, no time-out of
// TCP's ever comes, and a call would wait for ever.
//
// One thread a watchdog, which sleeps until the first deadline that it was told could pass; a call
// that ends in time does not wake it, so that thousands a second may be watched.
//
// Thread-safe; watches one call at a time.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <thread>

#include "common/base/deadline.h"
#include "common/base/timed_wait.h"
#include "common/postgres/connection.h"

namespace motzkin::postgres {

class Watchdog {
 public:
  // One call that is watched, for as long as this lives. Neither copied nor moved.
  class Watch {
   public:
    // Both must outlive this. The call in progress fails as if the server had gone, once it has
    // taken `longest`.
    Watch(Watchdog& watchdog, Connection& connection, absl::Duration longest);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // What the call returned; if it failed because it took too long, that instead: UNAVAILABLE.
    absl::Status Explain(absl::Status status) const;

   private:
    Watchdog& watchdog_;
    const absl::Duration longest_;
  };

  Watchdog();
  ~Watchdog();

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  CondVar earlier_;  // The thread sleeps for too long.
  Connection* watched_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Deadline deadline_ ABSL_GUARDED_BY(mutex_) = Deadline::Never();
  Deadline sleeps_until_ ABSL_GUARDED_BY(mutex_) = Deadline::Never();
  bool barked_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // Last, so it is joined before what it uses goes away.
};

}  // namespace motzkin::postgres
