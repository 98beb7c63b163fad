// The point in time at which a wait on another process gives up.
//
// It is counted on CLOCK_MONOTONIC: that clock never jumps with the wall clock, and it stops while
// a laptop sleeps, as does the process that is waited for. Where sleep must count (the age of a
// lease), use Clock::Now() instead.
//
// Immutable.
#pragma once

#include <absl/time/time.h>

namespace motzkin {

class Deadline {
 public:
  // With a duration of zero or less, the deadline has passed already.
  static Deadline After(absl::Duration duration);
  static Deadline Never() { return Deadline(absl::InfiniteDuration()); }

  bool Passed() const { return Remaining() <= absl::ZeroDuration(); }
  // Time left; zero, and never less, once the deadline has passed.
  absl::Duration Remaining() const;
  // The timeout for poll(): -1 for Never(), otherwise the remaining time, at most an hour. It is
  // rounded up, because a poll that returned a moment too early would be repeated with 0 ms, and
  // the caller would spin until the deadline.
  int PollMillis() const;

 private:
  explicit Deadline(absl::Duration at) : at_(at) {}

  absl::Duration at_;  // a reading of CLOCK_MONOTONIC
};

}  // namespace motzkin
