// Waits for so long, whatever the wall clock does.
//
// absl's timed waits (CondVar::WaitWithTimeout, Mutex::AwaitWithTimeout,
// Notification::WaitForNotificationWithTimeout) tell the kernel a wall time to wait until. When
// someone sets the clock back by an hour, as a laptop's does that last ran another system, every
// wait under way becomes an hour longer, and the worker seems dead meanwhile. These wait on
// CLOCK_MONOTONIC. A rule of tests/tidy keeps the others out.
//
// All are thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <condition_variable>
#include <functional>

namespace motzkin {

// As absl::CondVar. Waits may end early for no reason: ask for the condition in a loop.
class CondVar {
 public:
  void Wait(absl::Mutex* mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // Not positive: lets others have the mutex for a moment at most. Infinite: as Wait().
  void WaitWithTimeout(absl::Mutex* mutex, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // Until `condition` holds, asked under the mutex and again after each signal. False: it does not
  // after `timeout`.
  bool AwaitWithTimeout(absl::Mutex* mutex, const std::function<bool()>& condition,
                        absl::Duration timeout) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void Signal() { condition_.notify_one(); }
  void SignalAll() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

// As absl::Notification: happens at most once.
class Notification {
 public:
  void Notify() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasBeenNotified() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether it happened within `timeout`.
  bool WaitFor(absl::Duration timeout) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  mutable CondVar changed_;
  bool happened_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace motzkin
