// Tests the life of a job whose rows are in files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

constexpr int64_t kSealed = 200;
constexpr int64_t kStored = 300;  // These leave a gap of one batch before the last one.

class ArchivedJobTest : public StoreFixture {
 protected:
  // Makes a job and cancels it with kStored rows, of which kSealed are sealed.
  JobRecord EndedJob(const std::string& name = "demo") {
    const JobRecord job = NewJob(name);
    const std::string worker = NewWorker();
    for (const bool gap : {false, false, true, false}) {
      const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 100)), worker);
      grants_.push_back(grant);
      if (!gap) Fill(job, grant);
    }
    Must(store().Seal(job.id));
    EXPECT_TRUE(store().SetJobState(job.id, v1::JOB_STATE_CANCELLED, "").ok());
    return Must(store().Job(job.id));
  }

  static ArchiveRecord Archive(char digest = 'a') {
    return {.rows = kStored, .audited = 0, .sha256 = std::string(32, digest)};
  }

  // Counts the rows of the job in all tables that a job fills.
  int64_t RowsOf(const JobRecord& job) {
    int64_t rows = 0;
    for (const char* table :
         {"result", "seen_function", "duplicate", "audit", "recent_result", "lease"}) {
      rows += Number("SELECT count(*) FROM " + std::string(table) +
                     " WHERE job_id = " + std::to_string(job.id));
    }
    return rows;
  }

  void DropAll(const JobRecord& job) {
    while (Must(store().DropArchived(job.id))) {
    }
  }

  std::vector<LeaseSnapshot> grants_;
};

TEST_F(ArchivedJobTest, TheRowsGoAndTheJobStaysWithItsTotals) {
  const JobRecord job = EndedJob();
  const JobRecord other = EndedJob("other");
  const int64_t rows_of_other = RowsOf(other);
  ASSERT_TRUE(store().MarkArchived(job.id, Archive()).ok());
  DropAll(job);
  EXPECT_EQ(RowsOf(job), 0);
  EXPECT_EQ(Number("SELECT count(*) FROM pg_class WHERE relname LIKE 'result_j" +
                   std::to_string(job.id) + "%'"),
            0);
  EXPECT_EQ(Must(store().figures().JobBytes(job.id)), 0);
  EXPECT_EQ(RowsOf(other), rows_of_other);

  const JobRecord after = Must(store().Job(job.id));
  EXPECT_EQ(after.stored(), kStored);
  EXPECT_EQ(after.outcomes, job.outcomes);
  EXPECT_EQ(after.sealed_below, kSealed);
  EXPECT_EQ(after.state, v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(after.archived.has_value());
  EXPECT_FALSE(Must(store().Job(other.id)).archived.has_value());
  EXPECT_EQ(Number("SELECT count(*) FROM progress WHERE job = 'demo' AND functions = 300 AND "
                   "integrated = 300 AND archived IS NOT NULL AND bytes = 0"),
            1);
  EXPECT_EQ(Number("SELECT count(*) FROM archive WHERE drop_time IS NOT NULL"), 1);
}

TEST_F(ArchivedJobTest, LabelFlipsStayWhatTheyWere) {
  const JobRecord job = EndedJob();
  Must(
      sql().Execute("INSERT INTO audit (job_id, index, first_outcome, first_worker_id, outcome, "
                    "answer_class, worker_id) SELECT id, 1, 'timed_out'::outcome, 1, "
                    "'integrated'::outcome, 'elementary'::answer_class, 1 FROM job "
                    "UNION ALL SELECT id, 2, 'timed_out', 1, 'timed_out', NULL, 1 FROM job"));
  const LabelFlips before = Must(store().figures().Flips(job.id));
  ASSERT_EQ(before.audited, 2);
  EXPECT_TRUE(absl::IsFailedPrecondition(store().MarkArchived(job.id, Archive())));
  ArchiveRecord archive = Archive();
  archive.audited = 2;
  ASSERT_TRUE(store().MarkArchived(job.id, archive).ok());
  DropAll(job);
  const LabelFlips after = Must(store().figures().Flips(job.id));
  EXPECT_EQ(after.audited, 2);
  EXPECT_EQ(after.flips, before.flips);
  EXPECT_EQ(after.share, before.share);
}

TEST_F(ArchivedJobTest, AnythingElseThanAWholeArchiveOfAJobThatIsOverIsRefused) {
  const JobRecord running = NewJob("running");
  const absl::Status not_over =
      store().MarkArchived(running.id, {.rows = 0, .audited = 0, .sha256 = std::string(32, 'a')});
  EXPECT_TRUE(absl::IsFailedPrecondition(not_over)) << not_over;
  EXPECT_THAT(std::string(not_over.message()), HasSubstr("motzkin cancel running"));

  const JobRecord job = EndedJob();
  const int64_t rows = RowsOf(job);
  ArchiveRecord less = Archive();
  --less.rows;
  const absl::Status refused = store().MarkArchived(job.id, less);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("300 rows and 0 audits, the archive 299"));
  EXPECT_TRUE(absl::IsFailedPrecondition(store().DropArchived(job.id).status()));
  EXPECT_EQ(RowsOf(job), rows);
  EXPECT_TRUE(absl::IsNotFound(store().MarkArchived(12345, Archive())));
}

TEST_F(ArchivedJobTest, ACoordinatorThatDiesBetweenAnyTwoStepsIsGoneOnWith) {
  const JobRecord job = EndedJob();
  int steps = 0;
  for (bool more = true; more; ++steps) {
    ASSERT_TRUE(store().MarkArchived(job.id, Archive()).ok());  // A repeated call begins with this.
    more = Must(store().DropArchived(job.id));
    Reopen();
  }
  EXPECT_GE(steps, 5);  // One step each for shard, table, seen functions, leases and batches.
  EXPECT_EQ(RowsOf(job), 0);
  EXPECT_EQ(Must(store().Job(job.id)).stored(), kStored);
  EXPECT_FALSE(Must(store().DropArchived(job.id)));
  const absl::Status another = store().MarkArchived(job.id, Archive('b'));
  EXPECT_TRUE(absl::IsFailedPrecondition(another)) << another;
}

TEST_F(ArchivedJobTest, AReaderHoldsTheDropUpButTheDropHoldsNoReaderUp) {
  const JobRecord job = EndedJob();
  const JobRecord other = NewJob("other");
  ASSERT_TRUE(store().MarkArchived(job.id, Archive()).ok());
  const auto reader = test::MustConnect(test::MiniPostgres::Shared().As(
      database(), store().reader_login().role, store().reader_login().password));
  const absl::Status read = reader->Transact([&](postgres::Transaction& transaction) {
    Must(transaction.Execute("SELECT count(*) FROM training_data_all"));
    const absl::Status waiting = store().DropArchived(job.id).status();
    EXPECT_TRUE(absl::IsUnavailable(waiting)) << waiting;
    Fill(other, GrantBatch(Must(AllocateBatch(store(), other.id, 50)), NewWorker(2)));
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  DropAll(job);
  EXPECT_EQ(RowsOf(job), 0);
  EXPECT_EQ(Must(store().Job(other.id)).stored(), 50);
}

TEST_F(ArchivedJobTest, LateResultsAreRefused) {
  const JobRecord job = EndedJob();
  ASSERT_TRUE(store().MarkArchived(job.id, Archive()).ok());
  EXPECT_THAT(Must(Submit(SubmissionOf(job, grants_[0], {3, 4}))), Each(v1::ROW_STATUS_REVOKED));
  DropAll(job);
  for (const LeaseSnapshot& grant : grants_) {
    const absl::Status late = Submit(SubmissionOf(job, grant, {grant.batch.begin})).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(late)) << late;
  }
  EXPECT_EQ(RowsOf(job), 0);
}

TEST_F(ArchivedJobTest, AnArchivedJobDoesNotGoOn) {
  const JobRecord job = NewJob("small", 100);
  Fill(job, GrantBatch(Must(AllocateBatch(store(), job.id, 100)), NewWorker()));
  Must(store().Seal(job.id));
  ASSERT_TRUE(store().SetJobState(job.id, v1::JOB_STATE_COMPLETED, "").ok());
  ASSERT_TRUE(store()
                  .MarkArchived(job.id, {.rows = 100, .audited = 0, .sha256 = std::string(32, 'a')})
                  .ok());
  for (const absl::Status& refused :
       {store().ExtendTarget(job.id, 200), store().SetJobState(job.id, v1::JOB_STATE_RUNNING, ""),
        store().SetJobState(job.id, v1::JOB_STATE_CANCELLED, "")}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("rows are archived"));
  }
}

}  // namespace
}  // namespace motzkin::coordinator
