#include "common/base/timed_wait.h"

#include <algorithm>
#include <chrono>

namespace motzkin {
namespace {

// Longer waits would overflow the kernel's arithmetic; nothing here waits for a day.
constexpr absl::Duration kLongest = absl::Hours(24);

// What std::condition_variable_any asks of a lock. The analysis cannot follow a lock through it.
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
  // libstdc++ hands the kernel a time of the monotonic clock, which steady_clock is.
  condition_.wait_for(lock, absl::ToChronoNanoseconds(std::min(timeout, kLongest)));
}

bool CondVar::AwaitWithTimeout(absl::Mutex* mutex, const std::function<bool()>& condition,
                               absl::Duration timeout) {
  const auto until =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(std::min(timeout, kLongest));
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
