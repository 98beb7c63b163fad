#include "worker/integrator/budget_watch.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "worker/integrator/cpu_clock.h"

namespace motzkin::integrator {
namespace {

// 5 ms of CPU within 50 ms of wall time is a tenth of a processor.
constexpr absl::Duration kProbeCpu = absl::Milliseconds(5);
constexpr absl::Duration kProbeWall = absl::Milliseconds(50);

absl::Duration OwnCpu() { return CpuTime(getpid()).value_or(absl::ZeroDuration()); }

}  // namespace

absl::Duration StallPeriod(absl::Duration cpu_budget) { return 20 * cpu_budget + absl::Seconds(2); }

bool IsStarved() {
  const Deadline deadline = Deadline::After(kProbeWall);
  const absl::Duration enough = OwnCpu() + kProbeCpu;
  // This burns CPU on purpose, because only a process that wants to run learns whether it may.
  while (OwnCpu() < enough) {
    if (deadline.Passed()) return true;
  }
  return false;
}

BudgetWatch::BudgetWatch(pid_t pid, absl::Duration cpu_budget, std::function<bool()> starved)
    : pid_(pid),
      budget_(cpu_budget),
      starved_(std::move(starved)),
      before_(CpuTime(pid).value_or(absl::ZeroDuration())),
      period_end_(Deadline::After(StallPeriod(cpu_budget))) {}

BudgetWatch::Verdict BudgetWatch::Check() {
  // The clock cannot be read once the process is reaped; the last reading then stands.
  used_ = std::max(used_, CpuTime(pid_).value_or(before_) - before_);
  if (used_ >= budget_) return Verdict::kCpuBudget;
  if (!period_end_.Passed()) return Verdict::kGoOn;
  // The probe comes last, because it burns CPU that a starved process could use.
  if (periods_ == kStallPeriodsMax || !starved_()) return Verdict::kStalled;
  ++periods_;
  period_end_ = Deadline::After(StallPeriod(budget_));
  return Verdict::kGoOn;
}

absl::Duration BudgetWatch::UntilNextCheck() const {
  // The process has one thread, so it cannot use up the rest of its budget in less wall time than
  // that.
  // Without the lower bound the caller would spin while the last microseconds are used.
  return std::max(std::min(budget_ - used_, period_end_.Remaining()), absl::Milliseconds(1));
}

}  // namespace motzkin::integrator
