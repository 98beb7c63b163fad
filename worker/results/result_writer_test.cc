#include "worker/results/result_writer.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <set>
#include <thread>

#include "tests/support/temporary_directory.h"
#include "tests/support/wait_for.h"
#include "worker/results/testing/rows.h"

namespace motzkin::worker {
namespace {

using test::WaitFor;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Stores rows like a table, and can be told to fail or to refuse rows.
class FakeSink final : public ResultSink {
 public:
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) override {
    const absl::MutexLock lock(&mutex_);
    ++calls_;
    if (!failure_.ok()) return failure_;
    for (const v1::Result& row : submission.results()) {
      const bool bare = row.outcome() == v1::OUTCOME_CRASHED;
      if (refused_.contains(row.index()) && !(bare && takes_replacement_)) {
        return absl::InvalidArgumentError("22021: bad row");
      }
    }
    std::vector<v1::RowStatus> statuses;
    for (const v1::Result& row : submission.results()) {
      const bool is_new = rows_.emplace(row.index(), row).second;
      statuses.push_back(is_new ? v1::ROW_STATUS_STORED : v1::ROW_STATUS_ALREADY_STORED);
    }
    if (last_status_.has_value()) statuses.back() = *last_status_;
    return statuses;
  }
  void Fail(const absl::Status& status) {
    const absl::MutexLock lock(&mutex_);
    failure_ = status;
  }
  // The last row of each submission gets this status, until it is empty again.
  void AnswerLast(std::optional<v1::RowStatus> status) {
    const absl::MutexLock lock(&mutex_);
    last_status_ = status;
  }
  void Refuse(int64_t index, bool takes_replacement) {
    const absl::MutexLock lock(&mutex_);
    refused_.insert(index);
    takes_replacement_ = takes_replacement;
  }
  std::map<int64_t, v1::Result> rows() const {
    const absl::MutexLock lock(&mutex_);
    return rows_;
  }
  int calls() const {
    const absl::MutexLock lock(&mutex_);
    return calls_;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::optional<v1::RowStatus> last_status_ ABSL_GUARDED_BY(mutex_);
  std::set<int64_t> refused_ ABSL_GUARDED_BY(mutex_);
  bool takes_replacement_ ABSL_GUARDED_BY(mutex_) = true;
  std::map<int64_t, v1::Result> rows_ ABSL_GUARDED_BY(mutex_);
  int calls_ ABSL_GUARDED_BY(mutex_) = 0;
};

class RecordingObserver final : public ResultObserver {
 public:
  void Acknowledged(const v1::Submission& submission, const std::vector<v1::RowStatus>&) override {
    const absl::MutexLock lock(&mutex_);
    acknowledged_ += submission.results_size();
  }
  void BatchRevoked(const v1::Submission& submission, const std::string&) override {
    const absl::MutexLock lock(&mutex_);
    revoked_.insert(submission.batch());
  }
  void BatchRefused(const v1::Submission& submission, const std::string&) override {
    const absl::MutexLock lock(&mutex_);
    dropped_.insert(submission.batch());
  }
  void RowRefused(const v1::Submission& submission, const std::string&) override {
    const absl::MutexLock lock(&mutex_);
    refused_.insert(submission.results(0).index());
  }
  void AccessDenied(const std::string&) override { Note("denied"); }
  void SinkAway(const std::string&) override { Note("away"); }
  void SinkBack() override { Note("back"); }

  int acknowledged() const {
    const absl::MutexLock lock(&mutex_);
    return acknowledged_;
  }
  std::set<int64_t> revoked() const {
    const absl::MutexLock lock(&mutex_);
    return revoked_;
  }
  std::set<int64_t> dropped() const {
    const absl::MutexLock lock(&mutex_);
    return dropped_;
  }
  std::set<int64_t> refused() const {
    const absl::MutexLock lock(&mutex_);
    return refused_;
  }
  std::vector<std::string> notes() const {
    const absl::MutexLock lock(&mutex_);
    return notes_;
  }

 private:
  void Note(const std::string& what) {
    const absl::MutexLock lock(&mutex_);
    notes_.push_back(what);
  }
  mutable absl::Mutex mutex_;
  int acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<int64_t> revoked_ ABSL_GUARDED_BY(mutex_);
  std::set<int64_t> dropped_ ABSL_GUARDED_BY(mutex_);
  std::set<int64_t> refused_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> notes_ ABSL_GUARDED_BY(mutex_);
};

class ResultWriterTest : public ::testing::Test {
 protected:
  ResultWriterTest() {
    options_.worker_uuid = "worker";
    options_.flush_interval = absl::Milliseconds(20);
    options_.patience = absl::Milliseconds(50);
    options_.retry_min = absl::Milliseconds(5);
    options_.retry_max = absl::Milliseconds(20);
    Reopen();
  }
  void Reopen() {
    spool_.reset();
    spool_ = ResultSpool::Open(directory_.path(), {}).value();
  }
  // Returns a writer that knows its cluster and runs.
  std::unique_ptr<ResultWriter> Started() {
    auto writer = std::make_unique<ResultWriter>(options_, sink_, *spool_, observer_, clock_);
    writer->SetCluster(kTestCluster);
    writer->Start();
    return writer;
  }
  void AddRows(ResultWriter& writer, int64_t begin, int64_t end, int64_t batch = 1) {
    for (int64_t i = begin; i < end; ++i) writer.Add(TestTask(i, batch, job_), TestRow(i));
  }
  bool Stored(size_t rows) {
    return WaitFor([&] { return sink_.rows().size() == rows; });
  }

  const std::shared_ptr<const JobContext> job_ = TestJob();
  test::TemporaryDirectory directory_;
  SystemClock clock_;
  FakeSink sink_;
  RecordingObserver observer_;
  WriterOptions options_;
  std::unique_ptr<ResultSpool> spool_;
};

TEST_F(ResultWriterTest, RowsAreSentTogetherAndAcknowledgedOnce) {
  const auto writer = Started();
  AddRows(*writer, 0, 100);
  ASSERT_TRUE(Stored(100));
  ASSERT_TRUE(WaitFor([&] { return observer_.acknowledged() == 100; }));
  EXPECT_LT(sink_.calls(), 20);
  EXPECT_TRUE(WaitFor([&] { return writer->waiting().memory == 0; }));
}

TEST_F(ResultWriterTest, OneBadRowAmongManyIsFoundAndStoredAsCrashed) {
  sink_.Refuse(77, /*takes_replacement=*/true);
  const auto writer = Started();
  AddRows(*writer, 0, 200);
  ASSERT_TRUE(Stored(200));
  const auto rows = sink_.rows();
  EXPECT_EQ(rows.at(76).outcome(), v1::OUTCOME_UNSOLVED);
  EXPECT_EQ(rows.at(77).outcome(), v1::OUTCOME_CRASHED);
  EXPECT_EQ(rows.at(77).integrand(), "sin x");
  EXPECT_THAT(rows.at(77).steps(0).message(), ::testing::StartsWith("unstorable: 22021"));
}

TEST_F(ResultWriterTest, ARowThatEvenBareCannotBeStoredIsReportedAndTheOthersAreKept) {
  sink_.Refuse(5, /*takes_replacement=*/false);
  const auto writer = Started();
  AddRows(*writer, 0, 10);
  ASSERT_TRUE(Stored(9));
  EXPECT_TRUE(WaitFor([&] { return observer_.refused() == std::set<int64_t>{5}; }));
  EXPECT_TRUE(WaitFor([&] { return writer->waiting().memory == 0; }));
}

TEST_F(ResultWriterTest, RowsWaitOutAnAbsenceOnDiskAndAreSentAfterIt) {
  const auto writer = Started();
  sink_.Fail(absl::UnavailableError("away"));
  AddRows(*writer, 0, 50);
  ASSERT_TRUE(WaitFor([&] { return writer->waiting().spooled == 50; }));
  EXPECT_EQ(writer->waiting().memory, 0);
  sink_.Fail(absl::OkStatus());
  ASSERT_TRUE(Stored(50));
  ASSERT_TRUE(WaitFor([&] { return writer->waiting().spooled == 0; }));
  ASSERT_TRUE(WaitFor([&] { return observer_.notes().size() == 2; }));
  EXPECT_THAT(observer_.notes(), ElementsAre("away", "back"));
}

TEST_F(ResultWriterTest, AnAnswerThatIsNotUnderstoodAcknowledgesNothing) {
  const auto writer = Started();
  for (const int status : {int{v1::ROW_STATUS_UNSPECIFIED}, 99}) {
    sink_.AnswerLast(static_cast<v1::RowStatus>(status));
    const int calls = sink_.calls();
    if (calls == 0) AddRows(*writer, 0, 2);
    ASSERT_TRUE(WaitFor([&] { return sink_.calls() > calls + 1; })) << "it is sent again";
    EXPECT_EQ(observer_.acknowledged(), 0);
  }
  sink_.AnswerLast(std::nullopt);
  EXPECT_TRUE(WaitFor([&] { return observer_.acknowledged() == 2; }));
}

TEST_F(ResultWriterTest, AStopWhileTheSinkIsAwayLeavesTheRowsForTheNextStart) {
  sink_.Fail(absl::UnavailableError("away"));
  auto writer = Started();
  AddRows(*writer, 0, 30);
  EXPECT_EQ(writer->Stop(absl::Milliseconds(100)), 0);
  writer.reset();
  Reopen();
  EXPECT_EQ(spool_->rows(), 30);
  sink_.Fail(absl::OkStatus());
  writer = Started();
  EXPECT_TRUE(Stored(30));
}

TEST_F(ResultWriterTest, AStopSendsWhatWaitsWithoutTheUsualDelay) {
  options_.flush_interval = absl::Hours(1);
  const auto writer = Started();
  AddRows(*writer, 0, 3);
  EXPECT_EQ(writer->Stop(absl::Seconds(30)), 0);
  EXPECT_EQ(sink_.rows().size(), 3u);
  EXPECT_EQ(spool_->rows(), 0);
}

TEST_F(ResultWriterTest, NothingIsSentBeforeTheClusterIsKnown) {
  ResultWriter writer(options_, sink_, *spool_, observer_, clock_);
  writer.Start();
  AddRows(writer, 0, 3);
  writer.Stop(absl::Milliseconds(50));
  EXPECT_EQ(sink_.calls(), 0);
  EXPECT_EQ(spool_->rows(), 3);
}

TEST_F(ResultWriterTest, RowsOfAnotherClusterAreSetAsideAndNeverSent) {
  const auto writer = Started();
  sink_.Fail(absl::UnavailableError("away"));
  AddRows(*writer, 0, 3);
  ASSERT_TRUE(WaitFor([&] { return writer->waiting().spooled == 3; }));
  writer->SetCluster(kOtherCluster);
  ASSERT_TRUE(WaitFor([&] { return writer->waiting().spooled == 0; }));
  sink_.Fail(absl::OkStatus());
  const auto other_job = TestJob(kOtherCluster);
  writer->Add(TestTask(100, 1, other_job), TestRow(100));
  ASSERT_TRUE(Stored(1));
  EXPECT_TRUE(sink_.rows().contains(100));
}

TEST_F(ResultWriterTest, ABatchThatIsRefusedIsDroppedAndOthersGoOn) {
  const auto writer = Started();
  sink_.Fail(absl::FailedPreconditionError("never yours"));
  AddRows(*writer, 0, 3, /*batch=*/1);
  ASSERT_TRUE(WaitFor([&] { return observer_.dropped().contains(1); }));
  sink_.Fail(absl::OkStatus());
  AddRows(*writer, 10, 13, /*batch=*/2);
  ASSERT_TRUE(Stored(3));
  EXPECT_FALSE(sink_.rows().contains(0));
}

TEST_F(ResultWriterTest, ARevokedRoleIsReportedAndItsRowsGoToDisk) {
  const auto writer = Started();
  sink_.Fail(absl::PermissionDeniedError("42501"));
  AddRows(*writer, 0, 3);
  ASSERT_TRUE(WaitFor([&] { return writer->waiting().spooled == 3; }));
  EXPECT_THAT(observer_.notes(), ::testing::Contains("denied"));
}

TEST_F(ResultWriterTest, AFullSpoolMakesTheSlotsWaitAndLosesNothing) {
  options_.memory_bytes_max = 1000;
  options_.spool_bytes_min = options_.spool_bytes_max = 2000;
  const auto writer = Started();
  sink_.Fail(absl::UnavailableError("away"));
  std::atomic<int64_t> added = 0;
  std::jthread slot([&] {
    for (int64_t i = 0; i < 500; ++i) {
      writer->Add(TestTask(i, 1, job_), TestRow(i));
      added = i + 1;
    }
  });
  // Add() blocks once memory and spool are full: no row is added in a time that is long enough for
  // thousands.
  ASSERT_TRUE(WaitFor([&] { return writer->waiting().spooled > 0; }));
  int64_t seen = -1;
  ASSERT_TRUE(WaitFor([&] {
    const bool still = seen == added;
    seen = added;
    return still && seen > 0;
  }));
  EXPECT_LT(seen, 500);
  sink_.Fail(absl::OkStatus());
  EXPECT_TRUE(Stored(500));
}

TEST_F(ResultWriterTest, AStopLetsASlotGoThatWaitsForRoom) {
  options_.memory_bytes_max = 1;
  options_.spool_bytes_min = options_.spool_bytes_max = 0;
  const auto writer = Started();
  sink_.Fail(absl::UnavailableError("away"));
  AddRows(*writer, 0, 1);
  std::jthread slot([&] { AddRows(*writer, 1, 2); });
  writer->BeginStop();
  slot.join();
  EXPECT_EQ(writer->Stop(absl::ZeroDuration()), 2) << "with no room anywhere they are forgotten";
}

}  // namespace
}  // namespace motzkin::worker
