// How fast each job moves, over the last minute, from its counters as the store tells them.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <deque>
#include <map>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

struct JobRate {
  double functions_per_minute = 0;
  double integrated_per_minute = 0;
};

class JobRates {
 public:
  void Add(int64_t job, const JobProgress& progress, BootTime now);
  // Zeros until two looks are some seconds apart.
  JobRate Of(int64_t job) const;

 private:
  struct Look {
    BootTime at;
    int64_t stored = 0;
    int64_t integrated = 0;
  };
  std::map<int64_t, std::deque<Look>> looks_;  // At most one a second and job, for a minute.
};

}  // namespace motzkin::coordinator
