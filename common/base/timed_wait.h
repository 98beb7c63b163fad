// Timed waits that are immune to changes of the wall clock.
//
// absl's timed waits (CondVar::WaitWithTimeout, Mutex::AwaitWithTimeout,
// Notification::WaitForNotificationWithTimeout) give the kernel a wall time to wait until. When the
// clock is set back by an hour, as happens on a laptop that last ran another system, every wait
// under way becomes an hour longer, and the worker seems dead meanwhile. The classes here wait on
// CLOCK_MONOTONIC. A rule of tests/tidy keeps absl's out.
//
// All are thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <condition_variable>
#include <functional>

namespace motzkin {

// Like absl::CondVar. A wait may end early without a reason, so check the condition in a loop.
class CondVar {
 public:
  void Wait(absl::Mutex* mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // A timeout that is not positive releases the mutex for a moment at most; an infinite one waits
  // as Wait() does.
  void WaitWithTimeout(absl::Mutex* mutex, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  // Waits until `condition` holds; it is evaluated under the mutex, at first and after each signal.
  // Returns false if it does not hold after `timeout`, or after a day if that is sooner.
  bool AwaitWithTimeout(absl::Mutex* mutex, const std::function<bool()>& condition,
                        absl::Duration timeout) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);
  void Signal() { condition_.notify_one(); }
  void SignalAll() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

// Like absl::Notification: an event that happens at most once.
class Notification {
 public:
  void Notify() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasBeenNotified() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns whether the event has happened, after waiting for it for at most `timeout`.
  bool WaitFor(absl::Duration timeout) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  mutable CondVar changed_;
  bool happened_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace motzkin
