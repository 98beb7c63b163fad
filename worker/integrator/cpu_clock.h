// Reads the CPU time that another process has used, in which budgets are counted.
#pragma once

#include <absl/time/time.h>
#include <sys/types.h>
#include <time.h>

#include <optional>

namespace motzkin::integrator {

// Returns the CPU time of all threads of `pid`, which may be alive or dead and not yet reaped;
// empty if there is no such process.
inline std::optional<absl::Duration> CpuTime(pid_t pid) {
  clockid_t clock;
  timespec used;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return std::nullopt;
  return absl::DurationFromTimespec(used);
}

}  // namespace motzkin::integrator
