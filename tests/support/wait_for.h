// Waiting for a condition instead of sleeping for a guess.
#pragma once

#include <absl/time/clock.h>
#include <absl/time/time.h>

#include <functional>

namespace motzkin::test {

// Asks every 10 ms until `condition` holds; false after `timeout`. The default suits a machine that
// is busy with everything else.
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
