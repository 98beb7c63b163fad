#include "worker/slots/work_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/wait_for.h"
#include "worker/results/testing/rows.h"

namespace motzkin::worker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WorkQueueTest : public ::testing::Test {
 protected:
  WantedBatch Batch(int64_t batch, int64_t begin, int64_t end, const std::string& done = "") {
    return {.id = BatchId{kTestJob, batch, 1},
            .job = job_,
            .begin_index = begin,
            .end_index = end,
            .done = done,
            .careful = false,
            .refusal = ""};
  }
  // A test that has nothing to take would wait here until its time limit.
  Task MustTake(int slot = 0) { return queue_.Take(slot).value(); }
  // Whether a slot that asks now would wait.
  bool WouldBlock() {
    std::atomic<bool> got = false;
    std::jthread taker([&] {
      if (const auto task = queue_.Take(0)) {
        got = true;
        queue_.GiveBack(*task);
      }
    });
    const bool blocked = !test::WaitFor([&] { return got.load(); }, absl::Milliseconds(50));
    queue_.Stop();
    return blocked;
  }

  const std::shared_ptr<const JobContext> job_ = TestJob();
  std::atomic<int> changes_ = 0;
  WorkQueue queue_{[this] { ++changes_; }};
};

TEST_F(WorkQueueTest, IndicesThatAreStoredAlreadyAreNotBegun) {
  queue_.SetWanted({Batch(1, 100, 108, std::string("\x05", 1))});  // 100 and 102 are stored.
  EXPECT_EQ(MustTake().index, 101);
  EXPECT_EQ(MustTake().index, 103);
  EXPECT_EQ(queue_.Held().at(0).stored(), 2);
}

TEST_F(WorkQueueTest, TheSameDesiredStateAgainChangesNothing) {
  queue_.SetWanted({Batch(1, 0, 10)});
  const Task first = MustTake();
  EXPECT_THAT(queue_.SetWanted({Batch(1, 0, 10)}), IsEmpty());
  EXPECT_EQ(MustTake().index, 1);
  queue_.Finished(first);
  EXPECT_EQ(queue_.Held().at(0).pending(), 1);
}

TEST_F(WorkQueueTest, BatchesAreWorkedOnInTheOrderOfTheWish) {
  queue_.SetWanted({Batch(2, 10, 11), Batch(1, 0, 10)});
  EXPECT_EQ(MustTake().index, 10);
  EXPECT_EQ(MustTake().index, 0);
}

TEST_F(WorkQueueTest, ATrimmedTailIsNotBegunAndItsRunningFunctionsAreInterrupted) {
  queue_.SetWanted({Batch(1, 0, 10)});
  const Task kept = MustTake(0);
  const Task cut = MustTake(1);
  const std::vector<RunningTask> unwanted = queue_.SetWanted({Batch(1, 0, 1)});
  ASSERT_THAT(unwanted, SizeIs(1));
  EXPECT_EQ(unwanted[0].slot, 1);
  EXPECT_EQ(unwanted[0].serial, cut.serial);
  queue_.GiveBack(cut);
  queue_.Finished(kept);
  EXPECT_EQ(queue_.Held().at(0).end_index(), 1);
  EXPECT_TRUE(WouldBlock());
}

// A batch that seems to be stored as a whole is released by the coordinator.
TEST_F(WorkQueueTest, AfterATrimOnlyRowsOfTheRestCountAsStored) {
  queue_.SetWanted({Batch(1, 0, 8, std::string("\xf0", 1))});  // 4 to 7 are stored.
  queue_.SetWanted({Batch(1, 0, 4, std::string("\xf0", 1))});
  EXPECT_EQ(queue_.Held().at(0).stored(), 0);

  queue_.SetWanted({Batch(2, 10, 14)});
  const Task kept = MustTake(0);
  const Task cut = MustTake(1);
  queue_.Finished(cut);
  queue_.SetWanted({Batch(2, 10, 11)});
  queue_.Acknowledged(cut.work, 1);
  EXPECT_EQ(queue_.Held().at(0).stored(), 0) << "the row is of the tail, and 10 still runs";
  queue_.Finished(kept);
  EXPECT_EQ(queue_.Held().at(0).stored(), 0);
  queue_.Acknowledged(kept.work, 1);
  EXPECT_EQ(queue_.Held().at(0).stored(), 1);
}

TEST_F(WorkQueueTest, RowsFromBeforeABatchCameBackDoNotCountForIt) {
  queue_.SetWanted({Batch(1, 0, 1)});
  const Task early = MustTake();
  queue_.Finished(early);
  queue_.SetWanted({});
  queue_.SetWanted({Batch(1, 0, 1)});
  const Task again = MustTake();
  queue_.Acknowledged(early.work, 1);
  EXPECT_EQ(queue_.Held().at(0).stored(), 0) << "its only function runs";
  queue_.Finished(again);
  queue_.Acknowledged(again.work, 1);
  EXPECT_EQ(queue_.Held().at(0).stored(), 1);
}

TEST_F(WorkQueueTest, ABatchThatIsNoLongerWantedIsInterruptedAndForgotten) {
  queue_.SetWanted({Batch(1, 0, 10)});
  const Task task = MustTake(3);
  const std::vector<RunningTask> unwanted = queue_.SetWanted({});
  ASSERT_THAT(unwanted, SizeIs(1));
  EXPECT_EQ(unwanted[0].slot, 3);
  queue_.GiveBack(task);
  EXPECT_THAT(queue_.Held(), IsEmpty());
  EXPECT_EQ(queue_.busy(), 0);
}

TEST_F(WorkQueueTest, AnInterruptedFunctionIsBegunAgainAfterASuspension) {
  queue_.SetWanted({Batch(1, 0, 10)});
  const Task task = MustTake();
  EXPECT_THAT(queue_.SetMode(v1::DESIRED_MODE_SUSPEND), SizeIs(1));
  queue_.GiveBack(task);
  EXPECT_THAT(queue_.Held(), SizeIs(1)) << "a suspended worker keeps its batches";
  queue_.SetMode(v1::DESIRED_MODE_RUN);
  EXPECT_EQ(MustTake().index, task.index);
}

TEST_F(WorkQueueTest, ADrainingWorkerBeginsNothingAndGivesBackWhatItHasNotBegun) {
  queue_.SetWanted({Batch(1, 0, 10), Batch(2, 10, 20)});
  const Task task = MustTake();
  EXPECT_THAT(queue_.SetMode(v1::DESIRED_MODE_DRAIN), IsEmpty()) << "functions in progress go on";
  EXPECT_THAT(queue_.Held(), SizeIs(1));
  queue_.Finished(task);
  EXPECT_THAT(queue_.Held(), SizeIs(1)) << "its row is not stored yet";
  queue_.Acknowledged(task.work, 1);
  EXPECT_THAT(queue_.Held(), IsEmpty());
  EXPECT_TRUE(WouldBlock());
}

TEST_F(WorkQueueTest, ACarefulBatchRunsOneFunctionAtATimeAndWaitsForItsRow) {
  WantedBatch careful = Batch(1, 0, 3);
  careful.careful = true;
  queue_.SetWanted({careful});
  const Task first = MustTake();
  std::atomic<bool> got_second = false;
  std::jthread second([&] { got_second = queue_.Take(1).has_value(); });
  EXPECT_FALSE(test::WaitFor([&] { return got_second.load(); }, absl::Milliseconds(30)));
  queue_.Finished(first);
  EXPECT_FALSE(test::WaitFor([&] { return got_second.load(); }, absl::Milliseconds(30)));
  queue_.Acknowledged(first.work, 1);
  EXPECT_TRUE(test::WaitFor([&] { return got_second.load(); }));
}

TEST_F(WorkQueueTest, NothingRunsBesideACarefulFunction) {
  queue_.SetWanted({Batch(1, 0, 3)});
  const Task other = MustTake(0);
  WantedBatch careful = Batch(2, 10, 12);
  careful.careful = true;
  queue_.SetWanted({Batch(1, 0, 3), careful});
  std::atomic<int64_t> got = -1;
  const auto take = [&] {
    const auto task = queue_.Take(1);
    if (task) got = task->index;
  };
  std::jthread waiting(take);
  EXPECT_FALSE(test::WaitFor([&] { return got.load() >= 0; }, absl::Milliseconds(30)))
      << "another function runs, and no new one may begin";
  queue_.Finished(other);
  queue_.Acknowledged(other.work, 1);
  EXPECT_TRUE(test::WaitFor([&] { return got.load() == 10; })) << got;
  waiting.join();
  got = -1;
  waiting = std::jthread(take);
  EXPECT_FALSE(test::WaitFor([&] { return got.load() >= 0; }, absl::Milliseconds(30)))
      << "beside the careful one";
  queue_.Stop();
}

TEST_F(WorkQueueTest, OthersGoOnWhileACarefulRowWaitsForPostgres) {
  WantedBatch careful = Batch(2, 10, 12);
  careful.careful = true;
  queue_.SetWanted({Batch(1, 0, 3), careful});
  const Task first = MustTake();
  EXPECT_EQ(first.index, 10);
  EXPECT_TRUE(first.careful);
  queue_.Finished(first);
  const Task other = MustTake();
  EXPECT_EQ(other.index, 0);
  queue_.Acknowledged(first.work, 1);
  queue_.Finished(other);
  EXPECT_EQ(MustTake().index, 11);
}

TEST_F(WorkQueueTest, AuditsHaveLargerBudgetsAndNoPlaceInTheReport) {
  WantedBatch audit = Batch(0, 7, 8);
  audit.id = AuditId{kTestJob, 7};
  audit.budget_factor = 10;
  queue_.SetWanted({audit, Batch(1, 100, 101)});
  const Task task = MustTake();
  EXPECT_EQ(task.index, 7);
  EXPECT_EQ(task.budget_factor, 10);
  EXPECT_TRUE(std::holds_alternative<AuditId>(task.work));
  EXPECT_THAT(queue_.Held(), SizeIs(1));
  EXPECT_EQ(MustTake().budget_factor, 1);
  queue_.GiveBack(task);
  queue_.Fail(task.work, "no integrator", /*job_failed=*/true);
  EXPECT_THAT(queue_.Failures(), IsEmpty());
  queue_.SetWanted({Batch(1, 100, 101)});
  queue_.SetWanted({audit, Batch(1, 100, 101)});
  EXPECT_EQ(MustTake().index, 7) << "wanted again: tried again";
}

TEST_F(WorkQueueTest, AFailedBatchIsReportedUntilTheCoordinatorKnows) {
  queue_.SetWanted({Batch(1, 0, 10)});
  const Task task = MustTake();
  queue_.GiveBack(task);
  queue_.Fail(task.work, "no integrator", /*job_failed=*/false);
  queue_.Fail(task.work, "again", /*job_failed=*/false);
  ASSERT_THAT(queue_.Failures(), SizeIs(1));
  EXPECT_EQ(queue_.Failures()[0].reason(), "no integrator");
  EXPECT_GT(changes_, 0);
  queue_.ForgetFailures({std::get<BatchId>(task.work)});
  EXPECT_THAT(queue_.Failures(), IsEmpty());
  queue_.SetWanted({Batch(1, 0, 10)});
  EXPECT_TRUE(WouldBlock()) << "the same lease is not tried again";
}

TEST_F(WorkQueueTest, ABatchThatThisWorkerCannotDoIsRefusedWithItsReason) {
  WantedBatch refused = Batch(1, 0, 10);
  refused.job = nullptr;
  refused.refusal = "generator version 9";
  queue_.SetWanted({refused});
  ASSERT_THAT(queue_.Failures(), SizeIs(1));
  EXPECT_EQ(queue_.Failures()[0].reason(), "generator version 9");
  EXPECT_THAT(queue_.Held(), IsEmpty());
}

TEST_F(WorkQueueTest, SlotsThatAreNotAllowedWaitAndGoOnOnceTheyAre) {
  queue_.SetSlotsAllowed(1);
  queue_.SetWanted({Batch(1, 0, 10)});
  EXPECT_EQ(MustTake(0).index, 0);
  std::atomic<bool> taken = false;
  std::jthread slot([&] { taken = queue_.Take(1).has_value(); });
  EXPECT_FALSE(test::WaitFor([&] { return taken.load(); }, absl::Milliseconds(30)));
  queue_.SetSlotsAllowed(2);
  EXPECT_TRUE(test::WaitFor([&] { return taken.load(); }));
}

TEST_F(WorkQueueTest, AnOldTaskOfABatchThatWentAndCameBackDoesNotCount) {
  queue_.SetWanted({Batch(1, 0, 10)});
  const Task old = MustTake();
  queue_.SetWanted({});
  queue_.SetWanted({Batch(1, 0, 10)});
  const Task fresh = MustTake();
  EXPECT_EQ(fresh.index, old.index);
  queue_.Finished(old);
  EXPECT_EQ(queue_.Held().at(0).pending(), 0);
  queue_.Finished(fresh);
  EXPECT_EQ(queue_.Held().at(0).pending(), 1);
  EXPECT_TRUE(queue_.AwaitIdle(absl::ZeroDuration()));
}

TEST_F(WorkQueueTest, BeginningTheLastFunctionOfABatchIsTold) {
  queue_.SetWanted({Batch(1, 0, 2)});
  MustTake();
  EXPECT_EQ(changes_, 0);
  MustTake();
  EXPECT_EQ(changes_, 1);
}

}  // namespace
}  // namespace motzkin::worker
