// Decides when a process has used up its budget.
//
// CPU: the process is killed at its budget, measured on its own CPU clock, so load does not matter.
// Wall: a process that has not used its budget after 20 x budget + 2 s either blocks, and is killed
// as stalled, or it is starved, because integrators run at SCHED_IDLE and get a thousandth of a
// processor beside a busy owner. The watcher tells the two apart by trying to use some CPU itself.
// A starved process gets another such period, up to fifty in all.
//
// A process of one thread uses no more CPU than passes on the wall, so there is nothing to check
// before the rest of the budget has passed on the wall. A run costs a few wake-ups.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>
#include <sys/types.h>

#include <functional>

#include "common/base/deadline.h"

namespace motzkin::integrator {

// Returns the wall time of one period under `cpu_budget`.
absl::Duration StallPeriod(absl::Duration cpu_budget);
inline constexpr int kStallPeriodsMax = 50;

// Whether this process gets less than a tenth of a processor at present. Uses up to 5 ms of CPU and
// 50 ms of time.
bool IsStarved();

class BudgetWatch {
 public:
  enum class Verdict { kGoOn, kCpuBudget, kStalled };

  // Counts from now on: CPU that `pid` used before is not charged.
  BudgetWatch(pid_t pid, absl::Duration cpu_budget, std::function<bool()> starved = IsStarved);

  Verdict Check();
  // How long the caller may wait for other events before the next Check(). At least 1 ms.
  absl::Duration UntilNextCheck() const;
  // CPU that was used since the start, as of the last Check().
  absl::Duration used() const { return used_; }
  absl::Duration budget() const { return budget_; }

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
