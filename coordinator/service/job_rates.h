// Computes how fast each job moved in the last minute, from the counters that polls bring.
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
  // Returns zeros until two polls are some seconds apart.
  JobRate Of(int64_t job) const;

 private:
  struct Look {
    BootTime at;
    int64_t stored = 0;
    int64_t integrated = 0;
  };
  std::map<int64_t, std::deque<Look>> looks_;  // One a second and job at most, for a minute.
};

}  // namespace motzkin::coordinator
