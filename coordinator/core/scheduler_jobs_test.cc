#include "coordinator/core/testing/scheduler_fixture.h"

namespace motzkin::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(SchedulerTest, AJobFailsOnceTwoMachinesFindThatItCannotGoOn) {
  const JobSnapshot job = StartJob({.target = 1000});
  const auto fail = [&](const std::string& worker) {
    Say(Report(worker));
    Pass(1, {worker});
    WorkerReport failing = Report(worker);
    ASSERT_FALSE(Leases(worker).empty());
    failing.failed.push_back({.lease = Leases(worker)[0],
                              .reason = "index 7 was redrawn 1,000 times",
                              .job_failed = true});
    Say(failing);
  };
  fail("a");
  EXPECT_EQ(store_.Snapshot(job.rules.id).state, v1::JOB_STATE_RUNNING);
  EXPECT_TRUE(Happened(
      "worker a says that job job1 cannot go on: index 7 was redrawn 1,000 times; the job fails if "
      "a second machine agrees"));
  // The same machine gets no more of the job, so it can neither end it nor hold it up.
  Pass(3, {"a"});
  EXPECT_THAT(store_.Snapshot(job.rules.id).reason, HasSubstr("no second machine is here"));
  fail("b");
  EXPECT_EQ(store_.Snapshot(job.rules.id).state, v1::JOB_STATE_FAILED);
  EXPECT_THAT(Leases("a"), IsEmpty());
  EXPECT_THAT(Leases("b"), IsEmpty());
  EXPECT_TRUE(Happened("job job1 failed: index 7 was redrawn 1,000 times"));
}

TEST_F(SchedulerTest, AMachineThatLiesAboutAJobDoesNotEndIt) {
  const JobSnapshot job = StartJob({.target = 16});
  Say(Report("liar"));
  WorkerReport failing = Report("liar");
  failing.failed.push_back({.lease = Leases("liar")[0], .reason = "so there", .job_failed = true});
  Say(failing);
  Say(Report("liar"));
  Say(Report("honest"));
  Pass(1, {"liar", "honest"});
  EXPECT_THAT(Leases("liar"), IsEmpty());
  EXPECT_FALSE(Leases("honest").empty());
  EXPECT_EQ(store_.Snapshot(job.rules.id).state, v1::JOB_STATE_RUNNING);
}

TEST_F(SchedulerTest, APausedJobLeavesTheDesiredStateAndComesBack) {
  const JobSnapshot job = StartJob({.target = 1000});
  Say(Report("a"));
  scheduler_.OnJob(store_.SetState(job.rules.id, v1::JOB_STATE_PAUSED));
  EXPECT_THAT(Leases("a"), IsEmpty());
  Pass(1, {"a"});
  scheduler_.OnJob(store_.SetState(job.rules.id, v1::JOB_STATE_RUNNING));
  Pass(1, {"a"});
  EXPECT_FALSE(Leases("a").empty());
}

TEST_F(SchedulerTest, TheDiskGuardStopsGrantsAndSaysWhy) {
  const JobSnapshot job = StartJob({.target = 1000});
  scheduler_.SetDiskGuard("only 1.2 GB of disk are left");
  Say(Report("a"));
  Pass(1, {"a"});
  EXPECT_THAT(Leases("a"), IsEmpty());
  EXPECT_EQ(scheduler_.DesiredFor("a").reason, "only 1.2 GB of disk are left");
  EXPECT_THAT(store_.Snapshot(job.rules.id).reason, HasSubstr("only 1.2 GB"));
  scheduler_.SetDiskGuard("");
  Pass(1, {"a"});
  EXPECT_FALSE(Leases("a").empty());
}

TEST_F(SchedulerTest, WhilePostgresIsAwayWorkersKeepWhatTheyHold) {
  StartJob({.target = 100'000});
  Say(Report("a"));
  const std::vector<LeaseKey> before = Leases("a");
  store_down_ = true;
  scheduler_.OnStoreAway("connection refused");
  Pass(60, {"a"});
  EXPECT_EQ(Leases("a"), before);
  EXPECT_EQ(scheduler_.Blocked(), "Postgres is away");
  store_down_ = false;
  Poll();
  EXPECT_TRUE(Happened("Postgres is away: connection refused"));
  EXPECT_TRUE(Happened("Postgres is back"));
}

TEST_F(SchedulerTest, AGrantWhoseAnswerWasLostIsAskedForAgain) {
  StartJob({.target = 16});
  scheduler_.OnWorkerReport(Report("a"), now_);
  for (int round = 0; round < 2; ++round) {
    // First the allocation and then the grant happens, and each time the answer is lost.
    for (const Intention& intention : scheduler_.TakeIntentions()) {
      store_.Execute(intention);
      scheduler_.OnConfirmation(ModelStore::Unavailable(intention), now_);
    }
    scheduler_.OnPoll(store_.Poll(now_), now_);
  }
  Settle();
  ASSERT_EQ(Leases("a").size(), 1);
  EXPECT_EQ(Leases("a")[0].attempt, 2);
  EXPECT_EQ(store_.batches().size(), 1);
}

TEST_F(SchedulerTest, JobsThatRunTogetherShareAWorker) {
  StartJob({.target = 100'000});
  Say(Report("a"));
  Say(Obedient("a"));
  StartJob({.target = 100'000});
  Say(Obedient("a"));
  const std::vector<LeaseKey> leases = Leases("a");
  ASSERT_GE(leases.size(), 4);
  EXPECT_NE(leases[0].batch.job, leases[1].batch.job) << "they take turns";
}

TEST_F(SchedulerTest, AFunctionTargetCompletesWhenAllOfItIsSealed) {
  const JobSnapshot job = StartJob({.target = 100});
  Say(Report("a"));
  while (!Leases("a").empty()) {
    Say(Obedient("a"));
    Complete("a");
    Poll();
  }
  EXPECT_EQ(store_.results(job.rules.id).size(), 100);
  EXPECT_EQ(store_.Snapshot(job.rules.id).state, v1::JOB_STATE_COMPLETED);
  EXPECT_TRUE(Happened("job job1 completed: 100 functions, 50 integrated"));
}

TEST_F(SchedulerTest, AnIntegratedTargetStopsWhenTheSealedPrefixHasEnough) {
  const JobSnapshot job = StartJob({.target = 200, .target_integrated = true});
  Say(Report("a"));
  for (int i = 0; i < 1000 && !Leases("a").empty(); ++i) {
    Say(Obedient("a"));
    Complete("a");
    Poll();
    Say(Obedient("a"));
  }
  EXPECT_EQ(store_.Snapshot(job.rules.id).state, v1::JOB_STATE_COMPLETED);
  EXPECT_GE(store_.Snapshot(job.rules.id).progress.sealed_integrated, 200);
  EXPECT_LT(store_.results(job.rules.id).size(), 600) << "half succeed: 400 and a little ahead";
}

TEST_F(SchedulerTest, AnIdleWorkerGetsWholeBatchesThatAnotherHasNotBegun) {
  StartJob({.target = 256});
  Say(Report("a"));
  Say(Obedient("a"));
  Say(Report("b"));
  Pass(20, {"a", "b"});
  EXPECT_GE(Leases("b").size(), 1);
  EXPECT_GE(Leases("a").size(), 1);
  EXPECT_EQ(Leases("a").size() + Leases("b").size(), 4);
}

TEST_F(SchedulerTest, ATailIsSplitOffOnlyAfterItsHolderLetGoOfIt) {
  StartJob({.target = 16});
  Say(Report("a"));
  WorkerReport holding = Obedient("a");
  holding.held[0].unstarted_begin = 4;
  holding.functions_per_minute = 60;
  Say(holding);
  WorkerReport idle = Report("b");
  idle.functions_per_minute = 60;
  Say(idle);
  scheduler_.OnTick(now_);
  Settle();
  const int64_t trimmed = scheduler_.DesiredFor("a").batches.at(0).end;
  EXPECT_LT(trimmed, 16);
  EXPECT_THAT(Leases("b"), IsEmpty());
  holding.sequence = ++sequence_;
  holding.held[0].end = trimmed;
  Say(holding);
  idle.sequence = ++sequence_;
  Say(idle);
  ASSERT_EQ(scheduler_.DesiredFor("b").batches.size(), 1);
  EXPECT_EQ(scheduler_.DesiredFor("b").batches[0].begin, trimmed);
  EXPECT_EQ(scheduler_.DesiredFor("b").batches[0].end, 16);
}

TEST_F(SchedulerTest, ASuspendedWorkerKeepsItsBatchesUntilSomeoneElseIsIdle) {
  StartJob({.target = 256});
  Say(Report("a"));
  Say(Obedient("a"));
  scheduler_.OnControl("a", WorkerControl::kSuspend);
  Pass(20, {"a"});
  EXPECT_EQ(scheduler_.DesiredFor("a").control, WorkerControl::kSuspend);
  EXPECT_EQ(Leases("a").size(), 4);
  Say(Report("b"));
  Pass(20, {"a", "b"});
  EXPECT_EQ(Leases("b").size(), 4);
}

}  // namespace
}  // namespace motzkin::coordinator
