// Waits for a condition instead of a guessed time.
#pragma once

#include <absl/time/clock.h>
#include <absl/time/time.h>

#include <functional>

namespace motzkin::test {

// Polls every 10 ms until `condition` holds; returns false if it does not after `timeout`. The
// default suits a machine that is busy with other work.
inline bool WaitFor(const std::function<bool()>& condition,
                    absl::Duration timeout = absl::Seconds(60)) {
  const absl::Time until = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > until) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

}  // namespace motzkin::test
