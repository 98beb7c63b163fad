// Decides when a process has had its share.
//
// CPU: killed at the budget, measured on the process's own CPU clock, so load does not matter.
// Wall: a process that makes no progress for 20 x budget + 2 s is blocked and burns nothing; it is
// killed as stalled. One that progresses slowly (it runs at SCHED_IDLE beside a busy owner) gets
// such a period anew, five in all, so that even a process that sleeps on purpose ends.
//
// A process of one thread uses no more CPU than passes on the wall, so there is nothing to look at
// before the rest of the budget has passed: a few wake-ups a run.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>
#include <sys/types.h>

#include "common/process/deadline.h"

namespace motzkin::integrator {

// The longest that anything may take on the wall under `cpu_budget`.
absl::Duration StallPeriod(absl::Duration cpu_budget);
inline constexpr int kStallPeriodsMax = 5;

class BudgetWatch {
 public:
  enum class Verdict { kGoOn, kCpuBudget, kStalled };

  // Counts from now: CPU that `pid` used before is not charged.
  BudgetWatch(pid_t pid, absl::Duration cpu_budget);

  Verdict Check();
  // How long to wait for something else before the next Check(). At least 1 ms.
  absl::Duration UntilNextCheck() const;
  // CPU used since the start, as of the last Check().
  absl::Duration used() const { return used_; }

 private:
  const pid_t pid_;
  const absl::Duration budget_;
  const absl::Duration before_;
  absl::Duration used_;
  absl::Duration used_at_period_start_;
  int periods_ = 1;
  Deadline period_end_;
};

}  // namespace motzkin::integrator
