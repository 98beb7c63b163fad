// Hangs up on a server that stands still. The server's kernel keeps the connection alive, so no
// time-out of TCP ever comes, and a call would wait for ever.
//
// Each watchdog has a thread that sleeps until the earliest deadline that could pass. A call that
// ends in time does not wake it, so thousands a second can be watched.
//
// Thread-safe. Watches one call at a time.
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
  // Watches one call for as long as this lives. Neither copied nor moved.
  class Watch {
   public:
    // Both must outlive this. The call in progress fails as if the server had gone once it has
    // taken `longest`.
    Watch(Watchdog& watchdog, Connection& connection, absl::Duration longest);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    // Returns the status of the call, or, if it failed because it took too long, UNAVAILABLE with
    // that reason.
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
  CondVar earlier_;  // signalled when the thread would sleep for too long
  Connection* watched_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Deadline deadline_ ABSL_GUARDED_BY(mutex_) = Deadline::Never();
  Deadline sleeps_until_ ABSL_GUARDED_BY(mutex_) = Deadline::Never();
  bool barked_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // last, so that it is joined before what it uses goes away
};

}  // namespace motzkin::postgres
