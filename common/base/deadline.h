// A point in time to give up at, for waits on other processes.
//
// Counted on CLOCK_MONOTONIC: it never jumps with the wall clock, and it stops while a laptop
// sleeps, as the process that is waited for does. Where sleep must count (the age of a lease), use
// Clock::SinceBoot instead.
//
// Immutable.
#pragma once

#include <absl/time/time.h>

namespace motzkin {

class Deadline {
 public:
  // A duration of zero or less has passed already.
  static Deadline After(absl::Duration duration);
  static Deadline Never() { return Deadline(absl::InfiniteDuration()); }

  bool Passed() const { return Remaining() <= absl::ZeroDuration(); }
  // Never negative.
  absl::Duration Remaining() const;
  // For poll(): -1 without an end, otherwise rounded up, so that a poll never returns too early.
  int PollMillis() const;

  friend Deadline Earlier(Deadline a, Deadline b) { return a.at_ < b.at_ ? a : b; }

 private:
  explicit Deadline(absl::Duration at) : at_(at) {}

  absl::Duration at_;  // On CLOCK_MONOTONIC.
};

}  // namespace motzkin
