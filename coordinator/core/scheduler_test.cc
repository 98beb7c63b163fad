#include "coordinator/core/scheduler.h"

#include <limits>

#include "coordinator/core/testing/scheduler_fixture.h"

namespace motzkin::coordinator {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(SchedulerTest, AWorkerThatJoinsGetsTwoSmallBatchesASlot) {
  StartJob({.target = 100'000});
  EXPECT_EQ(Say(Report("a")), ReportVerdict::kAccepted);
  EXPECT_EQ(Leases("a").size(), 4);
  EXPECT_EQ(scheduler_.DesiredFor("a").batches[0].end, 64);
  EXPECT_TRUE(Happened("worker a joined: 2 slots, giac 1.9.0"));
}

TEST_F(SchedulerTest, AJobThatStartsLaterReachesWorkersThatWait) {
  Say(Report("a"));
  EXPECT_THAT(Leases("a"), IsEmpty());
  EXPECT_EQ(scheduler_.DesiredFor("a").reason, "there is no work for it");
  scheduler_.TakeChanged();
  StartJob({.target = 1000});
  EXPECT_FALSE(Leases("a").empty());
  EXPECT_TRUE(scheduler_.TakeChanged().contains("a"));
}

TEST_F(SchedulerTest, ABatchIsShownOnlyOnceItsLeaseIsDurable) {
  StartJob({.target = 1000});
  scheduler_.OnWorkerReport(Report("a"), now_);
  std::vector<Intention> allocations = scheduler_.TakeIntentions();
  for (const Intention& allocation : allocations) {
    scheduler_.OnConfirmation(store_.Execute(allocation), now_);
  }
  EXPECT_THAT(Leases("a"), IsEmpty());
  Settle();
  EXPECT_EQ(Leases("a").size(), 4);
}

TEST_F(SchedulerTest, ARepeatedOrOvertakenReportIsIgnored) {
  StartJob({.target = 100'000});
  WorkerReport report = Report("a");
  Say(report);
  EXPECT_EQ(Say(report), ReportVerdict::kRepeated);
  --report.sequence;
  EXPECT_EQ(Say(report), ReportVerdict::kRepeated);
}

TEST_F(SchedulerTest, TheNewestInstanceWinsAndTheOlderIsSuperseded) {
  StartJob({.target = 100'000});
  Say(Report("a", 5));
  EXPECT_EQ(Say(Report("a", 6)), ReportVerdict::kAccepted);
  EXPECT_EQ(Say(Report("a", 5)), ReportVerdict::kSuperseded);
}

TEST_F(SchedulerTest, AWorkerThatIsSilentForLongCanBeForgottenUntilItComesBack) {
  constexpr absl::Duration kLong = absl::Minutes(1);
  StartJob({.target = 100'000});
  Say(Report("a"));
  Pass(50);
  EXPECT_THAT(scheduler_.Silent(kLong, now_), IsEmpty());
  Pass(20);
  EXPECT_THAT(scheduler_.Silent(kLong, now_), ::testing::ElementsAre("a"));
  Say(Report("a", 2));
  EXPECT_FALSE(scheduler_.Forget("a", kLong, now_));
  Pass(70);
  EXPECT_TRUE(scheduler_.Forget("a", kLong, now_));
  EXPECT_THAT(scheduler_.workers(), IsEmpty());
  Say(Report("a", 3));
  EXPECT_EQ(Leases("a").size(), 4);
  scheduler_.OnControl("a", WorkerControl::kSuspend);
  Pass(70);
  EXPECT_THAT(scheduler_.Silent(kLong, now_), IsEmpty()) << "the order would be lost";
}

TEST_F(SchedulerTest, AnInstanceThatIsLostKeepsNoOtherOutHoweverHighItsNumber) {
  StartJob({.target = 100'000});
  Say(Report("a", std::numeric_limits<uint64_t>::max()));
  Pass(20);
  EXPECT_EQ(Say(Report("a", 5)), ReportVerdict::kSuperseded);
  Pass(6);
  EXPECT_EQ(Say(Report("a", 5)), ReportVerdict::kAccepted);
  EXPECT_EQ(Say(Obedient("a", 5)), ReportVerdict::kAccepted);
  EXPECT_THAT(Leases("a"), Not(IsEmpty()));
}

TEST_F(SchedulerTest, ASilentWorkerGetsNoNewWorkAndThenLosesItsBatches) {
  StartJob({.target = 256});
  Say(Report("a"));
  Say(Busy("a"));
  Say(Report("b"));
  EXPECT_THAT(Leases("b"), IsEmpty()) << "all of it is with a";
  Pass(13, {"b"});
  EXPECT_EQ(scheduler_.workers().at("a").View(now_).condition, WorkerCondition::kAway);
  Pass(17, {"b"});
  EXPECT_THAT(Leases("a"), IsEmpty());
  EXPECT_EQ(Leases("b").size(), 4) << "within 30 s of the last word of a";
  EXPECT_TRUE(Happened("worker a is lost after 25 s of silence; 4 batches re-leased"));
}

TEST_F(SchedulerTest, SleepIsNotHeldAgainstABatch) {
  StartJob({.target = 16});
  for (int i = 0; i < 5; ++i) {
    Say(Report("a", 1));
    Say(Obedient("a"));
    Pass(30);
  }
  for (const auto& [key, batch] : store_.batches()) EXPECT_EQ(batch.snapshot.deaths, 0);
}

TEST_F(SchedulerTest, ABatchThatSawThreeInstancesDieIsRetriedCarefully) {
  StartJob({.target = 16});
  for (uint64_t instance = 1; instance <= 3; ++instance) {
    Say(Report("a", instance));
    WorkerReport busy = Obedient("a", instance);
    ASSERT_EQ(busy.held.size(), 1);
    EXPECT_FALSE(scheduler_.DesiredFor("a").batches[0].careful);
    busy.held[0].unstarted_begin += 2;
    Say(busy);
  }
  Say(Report("a", 4));
  ASSERT_EQ(Leases("a").size(), 1);
  EXPECT_TRUE(scheduler_.DesiredFor("a").batches[0].careful);
  EXPECT_TRUE(Happened("batch 0 of job job1 saw 3 workers die"));
}

TEST_F(SchedulerTest, ACleanStopIsNotADeath) {
  StartJob({.target = 16});
  Say(Report("a", 1));
  WorkerReport stopping = Obedient("a");
  stopping.held[0].unstarted_begin += 2;
  stopping.draining = true;
  Say(stopping);
  Say(Report("a", 2));
  EXPECT_EQ(store_.batches().begin()->second.snapshot.deaths, 0);
  EXPECT_EQ(Leases("a").size(), 1);
}

TEST_F(SchedulerTest, AWorkerThatStopsGivesItsBatchesBackAtOnce) {
  StartJob({.target = 256});
  Say(Report("a"));
  Say(Obedient("a"));
  Say(Report("b"));
  WorkerReport bye = Report("a");
  bye.draining = true;
  Say(bye);
  scheduler_.OnStreamClosed("a", 1, now_);
  Settle();
  Pass(2, {"b"});
  EXPECT_EQ(Leases("b").size(), 4);
  EXPECT_TRUE(Happened("worker a stopped"));
}

TEST_F(SchedulerTest, ARestartedCoordinatorGivesEveryLeaseAFullFreshTerm) {
  StartJob({.target = 256});
  Say(Report("a"));
  const std::vector<LeaseKey> before = Leases("a");
  Say(Obedient("a"));
  Scheduler restarted;
  now_ += absl::Minutes(10);
  restarted.Restore(store_.RestoreAll(), now_);
  now_ += absl::Seconds(24);
  restarted.OnTick(now_ - absl::Seconds(20));
  EXPECT_EQ(restarted.DesiredFor("a").batches.size(), before.size());
  EXPECT_EQ(restarted.DesiredFor("a").batches[0].lease, before[0]);
}

TEST_F(SchedulerTest, ACoordinatorThatSleptBlamesNoWorker) {
  StartJob({.target = 256});
  Say(Report("a"));
  Say(Obedient("a"));
  scheduler_.OnTick(now_);
  now_ += absl::Hours(8);
  scheduler_.OnTick(now_);
  Settle();
  EXPECT_EQ(Leases("a").size(), 4);
  EXPECT_TRUE(Happened("the coordinator stood still for 28800 s"));
}

TEST_F(SchedulerTest, AReturningWorkerGoesOnWithBatchesThatNoOtherTook) {
  StartJob({.target = 256});
  Say(Report("a"));
  WorkerReport holding = Busy("a");
  Say(holding);
  Pass(40);
  EXPECT_THAT(Leases("a"), IsEmpty());
  holding.sequence = ++sequence_;
  Say(holding);
  EXPECT_EQ(Leases("a").size(), 4);
  EXPECT_TRUE(Happened("worker a is back after 40 s"));
}

TEST_F(SchedulerTest, AClosedBatchMakesRoomForTheNext) {
  StartJob({.target = 100'000});
  Say(Report("a"));
  Say(Obedient("a"));
  const BatchKey done = Complete("a");
  Poll();
  EXPECT_EQ(Leases("a").size(), 4);
  EXPECT_FALSE(scheduler_.batches().contains(done));
}

TEST_F(SchedulerTest, AnIncompleteBatchThatItsHolderLetGoIsGrantedAgain) {
  StartJob({.target = 16});
  Say(Report("a"));
  Say(Obedient("a"));
  const LeaseKey first = Leases("a").at(0);
  now_ += absl::Seconds(1);
  Say(Report("a"));  // It holds nothing any more, but nothing is stored.
  now_ += absl::Seconds(1);
  Poll();
  Say(Report("a"));
  ASSERT_EQ(Leases("a").size(), 1);
  EXPECT_EQ(Leases("a")[0].batch, first.batch);
  EXPECT_GT(Leases("a")[0].attempt, first.attempt);
}

TEST_F(SchedulerTest, AJobThatNoWorkerMatchesSaysWhatIsMissing) {
  const JobSnapshot job = StartJob({.engines = {{"giac", ""}, {"fricas", "1.3.8"}}, .target = 100});
  Say(Report("a"));
  Pass(1, {"a"});
  EXPECT_THAT(Leases("a"), IsEmpty());
  EXPECT_EQ(store_.Snapshot(job.rules.id).reason, "blocked: no worker has fricas 1.3.8");
  WorkerReport better = Report("b");
  better.engines["fricas"] = "1.3.8";
  Say(better);
  Pass(1, {"a"});
  EXPECT_EQ(store_.Snapshot(job.rules.id).reason, "");
  EXPECT_FALSE(Leases("b").empty());
}

TEST_F(SchedulerTest, AWorkerThatUnderstandsAnotherSpecGetsNoneOfTheJob) {
  StartJob({.target = 1000});
  Say(Report("a"));
  WorkerReport odd = Obedient("a");
  for (HeldReport& held : odd.held) held.digest = "another";
  Say(odd);
  EXPECT_THAT(Leases("a"), IsEmpty());
  Pass(3, {"a"});
  EXPECT_THAT(Leases("a"), IsEmpty());
}

TEST_F(SchedulerTest, ADrainThatWaitedForPostgresDoesNotOverruleTheOwner) {
  StartJob({.target = 100'000});
  Say(Report("a"));
  for (int i = 0; i < 5; ++i) {
    store_down_ = i == 4;
    WorkerReport failing = Report("a");
    failing.failed.push_back({.lease = Leases("a").at(0), .reason = "no room on the disk"});
    Say(failing);
  }
  ASSERT_EQ(scheduler_.DesiredFor("a").control, WorkerControl::kDrain);
  store_down_ = false;
  store_.Execute({.id = 1'000'000, .what = SetControl{"a", WorkerControl::kRun}});
  scheduler_.OnControl("a", WorkerControl::kRun);
  Poll();
  const auto workers = store_.RestoreAll().workers;
  ASSERT_EQ(workers.size(), 1u);
  EXPECT_EQ(workers[0].control, WorkerControl::kRun) << "what the next coordinator would read";
}

// Rows from before a lease are no sign that its holder began it.
TEST_F(SchedulerTest, RowsOfEarlierHoldersDoNotTakeTheBlameForADeath) {
  StartJob({.target = 256});
  Say(Report("a"));
  const std::vector<LeaseKey> leases = Leases("a");
  ASSERT_GE(leases.size(), 2u);
  const auto range = store_.batches().at(leases[0].batch).snapshot;
  for (int64_t index = range.begin; index < range.begin + 3; ++index) {
    store_.Submit("a", leases[0].batch, index, /*integrated=*/true);
  }
  Pass(30);  // "a" is lost, and its batches are leased anew.
  Say(Report("b"));
  ASSERT_EQ(Leases("b").size(), leases.size());
  WorkerReport report = Obedient("b");
  for (HeldReport& held : report.held) {
    if (held.lease.batch == leases[0].batch) {
      held.unstarted_begin = range.begin + 3;
      held.stored = 3;
    } else if (held.lease.batch == leases[1].batch) {
      ++held.unstarted_begin;
    }
  }
  Say(report);
  Say(Report("b", 2));
  EXPECT_EQ(store_.batches().at(leases[0].batch).snapshot.deaths, 0) << "not begun by b";
  EXPECT_EQ(store_.batches().at(leases[1].batch).snapshot.deaths, 1);
}

TEST_F(SchedulerTest, FiveFailedBatchesInARowDrainTheWorker) {
  StartJob({.target = 100'000});
  Say(Report("a"));
  Say(Report("b"));
  for (int i = 0; i < 5; ++i) {
    ASSERT_FALSE(Leases("a").empty());
    WorkerReport failing = Report("a");
    failing.failed.push_back({.lease = Leases("a")[0], .reason = "no room on the disk"});
    Say(failing);
  }
  EXPECT_EQ(scheduler_.DesiredFor("a").control, WorkerControl::kDrain);
  EXPECT_TRUE(Happened("worker a is drained; it failed 5 batches in a row: no room on the disk"));
  EXPECT_EQ(scheduler_.workers().at("a").View(now_).condition, WorkerCondition::kDraining);
  scheduler_.OnControl("a", WorkerControl::kRun);
  EXPECT_EQ(scheduler_.DesiredFor("a").control, WorkerControl::kRun);
}

TEST_F(SchedulerTest, AWorkerWhoseRowWasFoundWrongIsDrainedUntilItsOwnerResumesIt) {
  StartJob({.target = 1000});
  Say(Report("a"));
  StorePoll poll = store_.Poll(now_);
  poll.quarantines = {{.worker = "a", .row = "job1/7", .auditor = "b"}};
  scheduler_.OnPoll(poll, now_);
  Settle();
  EXPECT_EQ(scheduler_.DesiredFor("a").control, WorkerControl::kDrain);
  EXPECT_TRUE(Happened(
      "worker a is drained: worker b found its row job1/7 wrong; its rows of that day and later "
      "have no label until motzkin void a takes them back or motzkin resume a trusts them"));
  scheduler_.OnControl("a", WorkerControl::kRun);
  scheduler_.OnPoll(poll, now_);  // It was read before the resume.
  EXPECT_EQ(scheduler_.DesiredFor("a").control, WorkerControl::kRun);
}

TEST_F(SchedulerTest, ADrainedWorkerKeepsNoBatchThatItNeverTookUp) {
  StartJob({.target = 1000});
  Say(Report("a"));
  ASSERT_FALSE(Leases("a").empty());
  scheduler_.OnControl("a", WorkerControl::kDrain);
  for (int i = 0; i < 13; ++i) {
    Say(Report("a"));
    Pass(5);
  }
  EXPECT_THAT(Leases("a"), IsEmpty());
}

}  // namespace
}  // namespace motzkin::coordinator
