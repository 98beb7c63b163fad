#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

using ::testing::ElementsAre;

class SealerTest : public StoreFixture {
 protected:
  // Makes a job of 6 batches of 10 whose 60 functions repeat after 25, with every third unsolved.
  // It closes the batches and seals the prefix in the order given. Returns the job.
  JobRecord RunInOrder(const std::string& name, const std::vector<size_t>& order) {
    const JobRecord job = NewJob(name, 60);
    const std::string worker = NewWorker();
    std::vector<LeaseSnapshot> grants;
    grants.reserve(6);
    for (int i = 0; i < 6; ++i)
      grants.push_back(GrantBatch(Must(AllocateBatch(store(), job.id, 10)), worker));
    for (const size_t which : order) {
      v1::Submission submission = SubmissionOf(job, grants[which], {});
      for (int64_t index = grants[which].batch.begin; index < grants[which].batch.end; ++index) {
        *submission.add_results() = RowOf(
            index, index % 25, index % 3 == 0 ? v1::OUTCOME_UNSOLVED : v1::OUTCOME_INTEGRATED);
      }
      EXPECT_TRUE(Submit(submission).ok());
      EXPECT_TRUE(store().Seal(job.id).ok());
    }
    return Must(store().Job(job.id));
  }

  std::string Duplicates(int64_t job_id) {
    return Must(sql().Execute("SELECT string_agg(index || '=' || first_index, ' ' ORDER BY index) "
                              "FROM duplicate "
                              "WHERE job_id = $1",
                              postgres::Params().Int(job_id)))
        .front()
        .Text("string_agg");
  }
};

TEST_F(SealerTest, ThePrefixStopsAtTheFirstOpenBatch) {
  const JobRecord job = NewJob();
  const std::string worker = NewWorker();
  std::vector<LeaseSnapshot> grants;
  grants.reserve(3);
  for (int i = 0; i < 3; ++i)
    grants.push_back(GrantBatch(Must(AllocateBatch(store(), job.id, 10)), worker));
  EXPECT_EQ(Must(store().Seal(job.id)), 0);
  Fill(job, grants[2]);
  EXPECT_EQ(Must(store().Seal(job.id)), 0);
  Fill(job, grants[0]);
  EXPECT_EQ(Must(store().Seal(job.id)), 10);
  EXPECT_EQ(Must(store().Job(job.id)).sealed_below, 10);
  Fill(job, grants[1]);
  EXPECT_EQ(Must(store().Seal(job.id)), 20);
  const JobRecord now = Must(store().Job(job.id));
  EXPECT_EQ(now.sealed_below, 30);
  EXPECT_EQ(now.sealed_integrated(), 30);
  EXPECT_EQ(now.stored(), 30);
  EXPECT_EQ(Must(store().Seal(job.id)), 0);
}

TEST_F(SealerTest, OneCallSealsNoMoreThanAskedButAtLeastABatch) {
  const JobRecord job = NewJob();
  const std::string worker = NewWorker();
  for (int i = 0; i < 4; ++i)
    Fill(job, GrantBatch(Must(AllocateBatch(store(), job.id, 10)), worker));
  EXPECT_EQ(Must(store().Seal(job.id, 5)), 10);
  EXPECT_EQ(Must(store().Seal(job.id, 25)), 20);
  EXPECT_EQ(Must(store().Seal(job.id, 25)), 10);
}

TEST_F(SealerTest, TotalsAndDuplicatesDoNotDependOnArrivalOrder) {
  const JobRecord forwards = RunInOrder("forwards", {0, 1, 2, 3, 4, 5});
  const JobRecord backwards = RunInOrder("backwards", {5, 4, 3, 2, 1, 0});
  const JobRecord mixed = RunInOrder("mixed", {3, 0, 5, 1, 4, 2});
  for (const JobRecord* job : {&forwards, &backwards, &mixed}) {
    EXPECT_EQ(job->sealed_below, 60);
    EXPECT_EQ(job->duplicates, 35);
    EXPECT_EQ(job->sealed_outcomes, forwards.sealed_outcomes);
    EXPECT_EQ(Duplicates(job->id), Duplicates(forwards.id));
  }
  EXPECT_EQ(Duplicates(forwards.id).substr(0, 21), "25=0 26=1 27=2 28=3 2");
}

TEST_F(SealerTest, ADuplicateWithinOneStepIsFoundToo) {
  const JobRecord job = NewJob();
  const LeaseSnapshot grant = GrantBatch(Must(AllocateBatch(store(), job.id, 3)), NewWorker());
  v1::Submission submission = SubmissionOf(job, grant, {});
  for (const int64_t index : {2, 0, 1}) *submission.add_results() = RowOf(index, /*function=*/5);
  ASSERT_TRUE(Submit(submission).ok());
  EXPECT_EQ(Must(store().Seal(job.id)), 3);
  EXPECT_EQ(Duplicates(job.id), "1=0 2=0");
  EXPECT_EQ(Number("SELECT count(*) FROM training_data"), 1);
}

TEST_F(SealerTest, AnIntegratedTargetCountsTheSealedPrefixOnly) {
  const JobRecord job = NewJob("demo", 15, /*integrated=*/true);
  const std::string worker = NewWorker();
  const LeaseSnapshot first = GrantBatch(Must(AllocateBatch(store(), job.id, 10)), worker);
  const LeaseSnapshot second = GrantBatch(Must(AllocateBatch(store(), job.id, 10)), worker);
  Fill(job, second);
  Must(store().Seal(job.id));
  EXPECT_EQ(Must(store().Job(job.id)).sealed_integrated(), 0);
  Fill(job, first);
  Must(store().Seal(job.id));
  EXPECT_GE(Must(store().Job(job.id)).sealed_integrated(), 15);
}

TEST_F(SealerTest, SplitBatchesSealInIndexOrder) {
  const JobRecord job = NewJob("demo", 20);
  const std::string worker = NewWorker();
  const LeaseSnapshot first = GrantBatch(Must(AllocateBatch(store(), job.id, 10)), worker);
  const LeaseSnapshot second = GrantBatch(Must(AllocateBatch(store(), job.id, 10)), worker);
  const BatchSnapshot tail = Must(store().SplitBatch(first.key.batch, 4));
  Fill(job, second);
  Fill(job, GrantBatch(tail, worker));
  EXPECT_EQ(Must(store().Seal(job.id)), 0);
  ASSERT_TRUE(Submit(SubmissionOf(job, first, {0, 1, 2, 3})).ok());
  EXPECT_EQ(Must(store().Seal(job.id)), 20);
}

}  // namespace
}  // namespace motzkin::coordinator
