#include "common/base/timed_wait.h"

#include <algorithm>
#include <chrono>

namespace motzkin {
namespace {

// An infinite duration would overflow the arithmetic of chrono and the kernel; a day is longer than
// any wait here.
constexpr absl::Duration kLongest = absl::Hours(24);

// Gives an absl::Mutex the interface that std::condition_variable_any needs. The thread-safety
// analysis is off because it cannot follow a lock through the library's templates.
class Lockable {
 public:
  explicit Lockable(absl::Mutex& mutex) : mutex_(mutex) {}
  void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex_.Lock(); }
  void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex_.Unlock(); }

 private:
  absl::Mutex& mutex_;
};

}  // namespace

void CondVar::Wait(absl::Mutex* mutex) {
  Lockable lock(*mutex);
  condition_.wait(lock);
}

void CondVar::WaitWithTimeout(absl::Mutex* mutex, absl::Duration timeout) {
  if (timeout == absl::InfiniteDuration()) return Wait(mutex);
  Lockable lock(*mutex);
  // wait_for() counts on steady_clock, which libstdc++ passes to the kernel as CLOCK_MONOTONIC.
  condition_.wait_for(lock, absl::ToChronoNanoseconds(std::min(timeout, kLongest)));
}

bool CondVar::AwaitWithTimeout(absl::Mutex* mutex, const std::function<bool()>& condition,
                               absl::Duration timeout) {
  // The deadline is computed once: signals that do not make the condition true must not prolong the
  // wait.
  const auto until =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(std::min(timeout, kLongest));
  // The condition is looked at once more after the last wait, so a signal that comes together with
  // the deadline is not lost.
  while (!condition()) {
    const absl::Duration left = absl::FromChrono(until - std::chrono::steady_clock::now());
    if (left <= absl::ZeroDuration()) return false;
    WaitWithTimeout(mutex, left);
  }
  return true;
}

void Notification::Notify() {
  const absl::MutexLock lock(&mutex_);
  happened_ = true;
  changed_.SignalAll();
}

bool Notification::HasBeenNotified() const {
  const absl::MutexLock lock(&mutex_);
  return happened_;
}

bool Notification::WaitFor(absl::Duration timeout) const {
  const auto happened = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return happened_; };
  const absl::MutexLock lock(&mutex_);
  return changed_.AwaitWithTimeout(&mutex_, happened, timeout);
}

}  // namespace motzkin
