#include "worker/integrator/budget_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "worker/integrator/forked_process.h"

namespace motzkin::integrator {
namespace {

using Verdict = BudgetWatch::Verdict;

ForkedProcess Blocked() {
  return ForkedProcess::Fork({},
                             [] {
                               while (true) pause();
                             })
      .value();
}

Verdict Await(BudgetWatch& watch) {
  while (true) {
    const Verdict verdict = watch.Check();
    if (verdict != Verdict::kGoOn) return verdict;
    const timespec wait = absl::ToTimespec(watch.UntilNextCheck());
    ppoll(nullptr, 0, &wait, nullptr);
  }
}

TEST(BudgetWatchTest, EndlessComputationEndsAtItsBudget) {
  const ForkedProcess busy = ForkedProcess::Fork({}, [] {
                               volatile bool endless = true;
                               while (endless) {
                               }
                             }).value();
  BudgetWatch watch(busy.pid(), absl::Milliseconds(30));
  EXPECT_EQ(Await(watch), Verdict::kCpuBudget);
  EXPECT_GE(watch.used(), absl::Milliseconds(30));
}

TEST(BudgetWatchTest, BlockedProcessIsStalledAfterItsPeriod) {
  const ForkedProcess blocked = Blocked();
  const Deadline period = Deadline::After(StallPeriod(absl::Milliseconds(20)));
  BudgetWatch watch(blocked.pid(), absl::Milliseconds(20), [] { return false; });
  EXPECT_EQ(Await(watch), Verdict::kStalled);
  EXPECT_TRUE(period.Passed());
}

TEST(BudgetWatchTest, StarvedProcessGetsAnotherPeriod) {
  const ForkedProcess blocked = Blocked();
  int asked = 0;
  BudgetWatch watch(blocked.pid(), absl::Milliseconds(20), [&] { return ++asked < 2; });
  const Deadline two_periods = Deadline::After(2 * StallPeriod(absl::Milliseconds(20)));
  EXPECT_EQ(Await(watch), Verdict::kStalled);
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(two_periods.Passed());
}

TEST(BudgetWatchTest, NothingIsLeftToWaitForWhenTheBudgetIsNearlyUsed) {
  const ForkedProcess blocked = Blocked();
  const BudgetWatch watch(blocked.pid(), absl::Microseconds(1));
  EXPECT_EQ(watch.UntilNextCheck(), absl::Milliseconds(1)) << "but it does not spin";
}

}  // namespace
}  // namespace motzkin::integrator
