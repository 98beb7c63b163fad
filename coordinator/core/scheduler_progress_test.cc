// Tests what a worker is lent for what it has shown, and that it does not keep what it does not work on.
#include <cstdint>

#include "coordinator/core/scheduler.h"
#include "coordinator/core/testing/scheduler_fixture.h"

namespace motzkin::coordinator {
namespace {

class SchedulerProgressTest : public SchedulerTest {
 protected:
  int64_t Held(const std::string& worker) const {
    int64_t functions = 0;
    for (const BatchKey& key : scheduler_.workers().at(worker).leases()) {
      functions += scheduler_.batches().at(key).size();
    }
    return functions;
  }

  // The report of a peer that claims all there is to claim and has begun all that it holds.
  WorkerReport Claiming(const std::string& worker) {
    WorkerReport report = Busy(worker);
    report.slots = report.slots_allowed = 4096;
    report.functions_per_minute = 1e9;
    return report;
  }

  // Lets seconds pass in which "a" reports like that, and the workers in `others` take what they get.
  void Idle(int seconds, const std::vector<std::string>& others = {}) {
    for (int i = 0; i < seconds; i += 5) {
      Say(Claiming("a"));
      Pass(5, others);
    }
  }

  int64_t Number(const std::string& text) const {
    return std::count_if(
        store_.events().begin(), store_.events().end(),
        [&](const RecordEvent& event) { return absl::StrContains(event.text, text); });
  }
};

TEST_F(SchedulerProgressTest, AClaimBuysNoMoreThanAFirstHelping) {
  StartJob({.target = 1'000'000});
  Idle(60);
  EXPECT_EQ(Held("a"), 4096) << "two batches of 64 for each of 32 slots";
}

TEST_F(SchedulerProgressTest, AClaimTakesNoSharesFromOthersAtAJobsEnd) {
  StartJob({.target = 10'000});
  Say(Claiming("a"));
  WorkerReport honest = Report("b");
  honest.functions_per_minute = 1800;
  Say(honest);
  Say(Obedient("b"));
  EXPECT_GE(Held("b"), 256);
}

TEST_F(SchedulerProgressTest, WhatAWorkerHoldsGrowsToTwiceWhatItStored) {
  StartJob({.target = 100'000'000});
  Say(Claiming("a"));
  int64_t stored = 0;
  for (int i = 0; i < 100; ++i) {
    Say(Claiming("a"));
    const BatchKey key = Complete("a");
    stored += store_.batches().at(key).snapshot.size();
    Pass(1);
    EXPECT_LE(Held("a"), std::max<int64_t>(4096, 2 * stored) + 4096);
  }
  Say(Claiming("a"));
  EXPECT_GE(Held("a"), stored);
}

TEST_F(SchedulerProgressTest, NoWorkerHoldsMoreBatchesThanAMessageTellsOf) {
  StartJob({.target = 100'000'000});
  Say(Claiming("a"));
  for (int i = 0; i < 700; ++i) {
    Say(Claiming("a"));
    Complete("a");
    Pass(1);
  }
  EXPECT_LE(Leases("a").size(), Policy().batches_max);
}

TEST_F(SchedulerProgressTest, AWorkerThatStoresNothingDoesNotKeepItsBatches) {
  const JobSnapshot job = StartJob({.budget = absl::Seconds(1), .target = 100});
  Say(Claiming("a"));
  Say(Report("b"));
  Idle(630, {"b"});
  EXPECT_EQ(Held("a"), 100) << "ten minutes and 40 times a second are not over";
  Idle(30, {"b"});
  EXPECT_TRUE(
      Happened("worker a is slow or does not work: no row of batch 0 of job job1 was stored "
               "for 641 s; all that it holds goes to other workers"));
  for (int i = 0; i < 60; ++i) {
    if (!Leases("b").empty()) Complete("b");
    Pass(1, {"b"});
  }
  EXPECT_EQ(store_.Snapshot(job.rules.id).state, v1::JOB_STATE_COMPLETED);
}

TEST_F(SchedulerProgressTest, AWorkerThatStoresOfOtherBatchesKeepsThose) {
  StartJob({.target = 256});
  Say(Busy("a"));
  const std::vector<LeaseKey> leases = Leases("a");
  ASSERT_EQ(leases.size(), 4);
  const int64_t begin = scheduler_.batches().at(leases[3].batch).begin;
  for (int i = 0; i < 62; ++i) {
    Say(Busy("a"));
    store_.Submit("a", leases[3].batch, begin + i, true);
    Pass(10);
  }
  EXPECT_TRUE(Happened("no row of batch 0 of job job1 was stored for 601 s; it goes to another"));
  EXPECT_TRUE(scheduler_.workers().at("a").leases().contains(leases[3].batch));
  EXPECT_FALSE(Happened("all that it holds goes"));
}

TEST_F(SchedulerProgressTest, ASlowMachineWithLongFunctionsHasTheTimeItNeeds) {
  StartJob({.budget = absl::Minutes(2), .target = 100'000});
  Say(Busy("a"));
  for (int hour = 0; hour < 4; ++hour) {
    for (int i = 0; i < 3600; i += 5) {
      Say(Busy("a"));
      Pass(5);
    }
    const LeaseKey lease = Leases("a").front();
    const BatchState& batch = scheduler_.batches().at(lease.batch);
    store_.Submit("a", lease.batch, batch.begin + batch.stored, true);
  }
  EXPECT_FALSE(Happened("is slow or does not work"));
  EXPECT_GE(Leases("a").size(), 4);
}

TEST_F(SchedulerProgressTest, WhileAWorkerMayNotWorkItsClockStandsStill) {
  StartJob({.target = 100'000});
  Say(Busy("a"));
  scheduler_.OnControl("a", WorkerControl::kSuspend);
  for (int i = 0; i < 3600; i += 5) {
    WorkerReport hot = Busy("a");
    hot.slots_allowed = i % 10;
    Say(hot);
    Pass(5);
  }
  EXPECT_EQ(Leases("a").size(), 4);
  scheduler_.OnControl("a", WorkerControl::kRun);
  // Half of the time it says that it may not work, so it has twice the time and no more.
  for (int i = 0; i < 1230; i += 5) {
    WorkerReport hot = Busy("a");
    hot.slots_allowed = i % 10 == 0 ? 0 : 2;
    Say(hot);
    Pass(5);
  }
  EXPECT_TRUE(Happened("is slow or does not work"));
}

TEST_F(SchedulerProgressTest, AnEventSaysWhenAPolicyHoldsSlotsBackAndWhenItNoLongerDoes) {
  WorkerReport hot = Report("a");
  hot.slots_allowed = 1;
  hot.reason = "hot: 85 degrees, max_temp 80; 1 of 2 slots pause";
  Say(hot);
  EXPECT_TRUE(Happened("worker a works with 1 of 2 slots: hot: 85 degrees"));
  EXPECT_FALSE(Happened("works with all"));
  // It cools down within the minute, and is told of after it.
  Pass(30, {"a"});
  EXPECT_FALSE(Happened("works with all"));
  Pass(31, {"a"});
  EXPECT_TRUE(Happened("worker a works with all of its slots again"));
}

TEST_F(SchedulerProgressTest, WhilePostgresIsAwayNoClockRuns) {
  StartJob({.target = 100'000});
  Say(Busy("a"));
  scheduler_.OnStoreAway("test");
  store_down_ = true;
  for (int i = 0; i < 1200; i += 5) {
    Say(Busy("a"));
    Pass(5);
  }
  EXPECT_EQ(Leases("a").size(), 4);
}

TEST_F(SchedulerProgressTest, AWorkerThatLetsItHappenAgainGetsOneSmallBatchAndIsDrainedInTheEnd) {
  StartJob({.target = 100'000});
  Say(Claiming("a"));
  Say(Report("b"));
  Idle(2 * 605 + 20, {"b"});
  EXPECT_EQ(Number("a is slow or does not work"), 2);
  EXPECT_LE(Held("a"), 16);
  EXPECT_EQ(scheduler_.workers().at("a").control, WorkerControl::kRun);
  Idle(3 * 605 + 60, {"b"});
  EXPECT_EQ(Number("a is slow or does not work"), 5);
  EXPECT_EQ(scheduler_.workers().at("a").control, WorkerControl::kDrain);
  EXPECT_TRUE(Happened("worker a is drained; it failed 5 batches in a row: no row of batch"));
}

}  // namespace
}  // namespace motzkin::coordinator
