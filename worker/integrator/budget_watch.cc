#include "worker/integrator/budget_watch.h"

#include <algorithm>

#include "worker/integrator/cpu_clock.h"

namespace motzkin::integrator {
namespace {

// Less than this in a whole period is none: what it takes to start and then to block.
constexpr absl::Duration kProgressMin = absl::Milliseconds(2);

}  // namespace

absl::Duration StallPeriod(absl::Duration cpu_budget) { return 20 * cpu_budget + absl::Seconds(2); }

BudgetWatch::BudgetWatch(pid_t pid, absl::Duration cpu_budget)
    : pid_(pid),
      budget_(cpu_budget),
      before_(CpuTime(pid).value_or(absl::ZeroDuration())),
      period_end_(Deadline::After(StallPeriod(cpu_budget))) {}

BudgetWatch::Verdict BudgetWatch::Check() {
  used_ = std::max(used_, CpuTime(pid_).value_or(before_) - before_);
  if (used_ >= budget_) return Verdict::kCpuBudget;
  if (!period_end_.Passed()) return Verdict::kGoOn;
  const bool progressed = used_ - used_at_period_start_ >= kProgressMin;
  if (!progressed || periods_ == kStallPeriodsMax) return Verdict::kStalled;
  ++periods_;
  used_at_period_start_ = used_;
  period_end_ = Deadline::After(StallPeriod(budget_));
  return Verdict::kGoOn;
}

absl::Duration BudgetWatch::UntilNextCheck() const {
  return std::max(std::min(budget_ - used_, period_end_.Remaining()), absl::Milliseconds(1));
}

}  // namespace motzkin::integrator
