// Tests the order in which many workers are served at once, and how much the store is asked for.
#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include <set>

#include "coordinator/core/scheduler.h"
#include "tests/sim/model_store.h"

namespace motzkin::coordinator {
namespace {

constexpr int kSlots = 16;

// Workers that arrive and do nothing, and a store that answers when the test says so.
class SchedulerPlanTest : public ::testing::Test {
 protected:
  SchedulerPlanTest() {
    scheduler_.Restore({}, now_);
    scheduler_.OnJob(store_.StartJob({.digest = "digest",
                                      .generator_version = 1,
                                      .canonical_version = 1,
                                      .target = 100'000'000}));
    for (const Intention& intention : scheduler_.TakeIntentions()) Answer(intention);
  }

  void Arrive(int workers) {
    for (int i = 0; i < workers; ++i) {
      scheduler_.OnWorkerReport({.worker = absl::StrCat("w", i),
                                 .name = absl::StrCat("w", i),
                                 .instance = 1,
                                 .sequence = 1,
                                 .slots = kSlots,
                                 .slots_allowed = kSlots,
                                 .generator_versions = {1},
                                 .canonical_versions = {1},
                                 .functions_per_minute = 300},
                                now_);
    }
  }

  void Answer(const Intention& intention) {
    scheduler_.OnConfirmation(store_.Execute(intention), now_);
  }

  size_t WithWork() const {
    std::set<WorkerId> workers;
    for (const auto& [id, worker] : scheduler_.workers()) {
      if (!scheduler_.DesiredFor(id).batches.empty()) workers.insert(id);
    }
    return workers.size();
  }

  const Policy policy_ = {.asked_max = 64};
  ModelStore store_;
  Scheduler scheduler_{policy_};
  const BootTime now_ = BootTime() + absl::Hours(1);
};

TEST_F(SchedulerPlanTest, EveryWorkerHasSomeWorkBeforeAnyIsGivenAll) {
  Arrive(200);
  while (WithWork() < 200) {
    const std::vector<Intention> intentions = scheduler_.TakeIntentions();
    ASSERT_FALSE(intentions.empty());
    for (const Intention& intention : intentions) Answer(intention);
  }
  for (const auto& [key, batch] : scheduler_.batches()) EXPECT_LT(key.batch, 200 + 64);
  while (true) {
    const std::vector<Intention> intentions = scheduler_.TakeIntentions();
    if (intentions.empty()) break;
    for (const Intention& intention : intentions) Answer(intention);
  }
  for (const auto& [id, worker] : scheduler_.workers()) {
    EXPECT_EQ(worker.leases().size(), 28)
        << "a first helping of 2,048 functions, in batches of 15 s";
  }
}

TEST_F(SchedulerPlanTest, TheStoreIsAskedForNoMoreThanItCanAnswerSoon) {
  Arrive(200);
  int64_t asked = 0;
  for (const Intention& intention : scheduler_.TakeIntentions())
    asked += BatchesAskedFor(intention);
  EXPECT_EQ(asked, 64);
  asked = 0;
  for (const Intention& intention : scheduler_.TakeIntentions())
    asked += BatchesAskedFor(intention);
  EXPECT_EQ(asked, 0) << "until it has answered";
}

TEST_F(SchedulerPlanTest, ARefusedAllocationIsNotAskedForAgainAtOnce) {
  Arrive(1);
  for (const Intention& intention : scheduler_.TakeIntentions()) {
    scheduler_.OnConfirmation(
        {.id = intention.id, .status = absl::FailedPreconditionError("the job is paused")}, now_);
  }
  EXPECT_TRUE(scheduler_.TakeIntentions().empty());
  scheduler_.OnTick(now_ + absl::Seconds(1));
  EXPECT_FALSE(scheduler_.TakeIntentions().empty());
}

}  // namespace
}  // namespace motzkin::coordinator
