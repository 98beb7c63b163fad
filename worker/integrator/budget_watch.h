// Decides when a process has had its share.
//
// CPU: killed at the budget, measured on the process's own CPU clock, so load does not matter.
// Wall: a process that has not used its budget after 20 x budget + 2 s either blocks, and is killed
// as stalled, or it is starved: integrators run at SCHED_IDLE, and beside a busy owner they get a
// thousandth of a processor. Which of the two, the watcher finds out by asking for some CPU itself.
// A starved process gets such a period anew, fifty in all.
//
// A process of one thread uses no more CPU than passes on the wall, so there is nothing to look at
// before the rest of the budget has passed: a few wake-ups a run.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>
#include <sys/types.h>

#include <functional>

#include "common/base/deadline.h"

namespace motzkin::integrator {

// The longest that anything may take on the wall under `cpu_budget`.
absl::Duration StallPeriod(absl::Duration cpu_budget);
inline constexpr int kStallPeriodsMax = 50;

// This process gets less than a tenth of a processor just now. Uses up to 5 ms of CPU and 50 ms of
// time.
bool IsStarved();

class BudgetWatch {
 public:
  enum class Verdict { kGoOn, kCpuBudget, kStalled };

  // Counts from now: CPU that `pid` used before is not charged.
  BudgetWatch(pid_t pid, absl::Duration cpu_budget, std::function<bool()> starved = IsStarved);

  Verdict Check();
  // How long to wait for something else before the next Check(). At least 1 ms.
  absl::Duration UntilNextCheck() const;
  // CPU used since the start, as of the last Check().
  absl::Duration used() const { return used_; }

 private:
  const pid_t pid_;
  const absl::Duration budget_;
  const std::function<bool()> starved_;
  const absl::Duration before_;
  absl::Duration used_;
  int periods_ = 1;
  Deadline period_end_;
};

}  // namespace motzkin::integrator
