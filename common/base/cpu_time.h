// CPU time, user and system together. Thread-safe.
#pragma once

#include <absl/time/time.h>
#include <sys/resource.h>

namespace motzkin {

inline absl::Duration CpuTimeIn(const rusage& usage) {
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

// Returns the time of RUSAGE_SELF, or of RUSAGE_CHILDREN, which are those that were waited for.
inline absl::Duration CpuTimeOf(int who) {
  rusage usage = {};
  getrusage(who, &usage);
  return CpuTimeIn(usage);
}

}  // namespace motzkin
