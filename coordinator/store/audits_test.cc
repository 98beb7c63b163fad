#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kRows = 3'000;

class AuditsTest : public StoreFixture {
 protected:
  // Makes a sealed job of kRows functions, each with `outcome`. The batches are stored in the order
  // given.
  JobRecord SealedJob(const std::string& name, v1::Outcome outcome,
                      const std::vector<int64_t>& order = {0, 1, 2, 3}) {
    const JobRecord job = NewJob(name, kRows);
    const std::string worker = NewWorker(1);
    std::vector<LeaseSnapshot> grants;
    grants.reserve(4);
    for (int i = 0; i < 4; ++i) {
      grants.push_back(GrantBatch(Must(AllocateBatch(store(), job.id, kRows / 4)), worker));
    }
    for (const int64_t which : order) {
      const LeaseSnapshot& grant = grants[static_cast<size_t>(which)];
      for (int64_t begin = grant.batch.begin; begin < grant.batch.end; begin += 250) {
        v1::Submission submission = SubmissionOf(job, grant, {});
        for (int64_t i = begin; i < begin + 250; ++i)
          *submission.add_results() = RowOf(i, i, outcome);
        EXPECT_TRUE(Submit(submission).ok());
      }
      while (Must(store().Seal(job.id)) > 0) {
      }
    }
    return Must(store().Job(job.id));
  }

  std::vector<int64_t> Open(const JobRecord& job) {
    std::vector<int64_t> indices;
    for (const AuditSnapshot& audit : Must(store().OpenAudits(1000))) {
      if (audit.key.job == job.id) indices.push_back(audit.key.index);
    }
    return indices;
  }

  v1::Submission AuditOf(const JobRecord& job, const std::vector<int64_t>& indices,
                         v1::Outcome outcome, const std::string& worker) {
    v1::Submission submission;
    submission.set_job_uuid(job.uuid);
    submission.set_spec_digest(job.spec_digest);
    submission.set_generator_version(job.spec.generator().version());
    submission.set_worker_uuid(worker);
    submission.set_audit_budget_factor(10);
    for (const int64_t i : indices) *submission.add_results() = RowOf(i, i, outcome);
    return submission;
  }
};

TEST_F(AuditsTest, OneNegativeIn200IsAuditedAndNothingElse) {
  const JobRecord negative = SealedJob("negative", v1::OUTCOME_TIMED_OUT);
  const std::vector<int64_t> open = Open(negative);
  EXPECT_GT(open.size(), 8u);  // 15 are expected, and every run gets the same ones.
  EXPECT_LT(open.size(), 30u);
  EXPECT_EQ(Must(store().OpenAudits(1000)).front().first_worker, NewWorker(1));
  for (const v1::Outcome other :
       {v1::OUTCOME_INTEGRATED, v1::OUTCOME_CRASHED, v1::OUTCOME_REFUTED}) {
    EXPECT_THAT(Open(SealedJob("job" + std::to_string(other), other)), IsEmpty());
  }
}

TEST_F(AuditsTest, ARerunOfAJobAuditsTheSameFunctionsInWhateverOrderTheyArrived) {
  const JobRecord forwards = SealedJob("forwards", v1::OUTCOME_UNSOLVED);
  const JobRecord mixed = SealedJob("mixed", v1::OUTCOME_UNSOLVED, {2, 0, 3, 1});
  EXPECT_EQ(Open(forwards), Open(mixed));
}

TEST_F(AuditsTest, TheFirstAnswerCountsAndTheLabelStays) {
  const JobRecord job = SealedJob("job", v1::OUTCOME_TIMED_OUT);
  const std::vector<int64_t> open = Open(job);
  const std::string second = NewWorker(2);
  const std::vector<int64_t> two = {open[1], open[0]};
  EXPECT_THAT(Must(Submit(AuditOf(job, two, v1::OUTCOME_INTEGRATED, second))),
              Each(v1::ROW_STATUS_STORED));
  EXPECT_THAT(Must(Submit(AuditOf(job, {open[0], open[2]}, v1::OUTCOME_UNSOLVED, second))),
              ElementsAre(v1::ROW_STATUS_ALREADY_STORED, v1::ROW_STATUS_STORED));
  EXPECT_EQ(Open(job).size(), open.size() - 3);
  EXPECT_EQ(Number("SELECT count(*) FROM training_data WHERE success"), 0);
  EXPECT_EQ(Number("SELECT count(*) FROM audits WHERE outcome = 'integrated' AND success AND "
                   "first_outcome = 'timed_out' AND worker = 'worker-2' AND budget_factor = 10 "
                   "AND cpu_us = 8000 AND integral IS NOT NULL"),
            2);
}

TEST_F(AuditsTest, WhatIsNotToBeAuditedIsRefused) {
  const JobRecord job = SealedJob("job", v1::OUTCOME_TIMED_OUT);
  const std::vector<int64_t> open = Open(job);
  int64_t other = 0;
  while (std::find(open.begin(), open.end(), other) != open.end()) ++other;
  EXPECT_THAT(Must(Submit(AuditOf(job, {other}, v1::OUTCOME_INTEGRATED, NewWorker(2)))),
              ElementsAre(v1::ROW_STATUS_REVOKED));
  v1::Submission misread = AuditOf(job, {open[0]}, v1::OUTCOME_INTEGRATED, NewWorker(2));
  misread.set_spec_digest(std::string(32, 'x'));
  EXPECT_TRUE(absl::IsFailedPrecondition(Submit(misread).status()));
  ASSERT_TRUE(store().SetWorkerControl(NewWorker(3), WorkerControl::kRemoved).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      Submit(AuditOf(job, {open[0]}, v1::OUTCOME_INTEGRATED, NewWorker(3))).status()));
  EXPECT_EQ(Open(job).size(), open.size());
}

TEST_F(AuditsTest, FlipsAreSharesWithTheirInterval) {
  const JobRecord job = SealedJob("job", v1::OUTCOME_TIMED_OUT);
  const std::vector<int64_t> open = Open(job);
  const LabelFlips before = Must(store().figures().Flips(job.id));
  EXPECT_EQ(before.open, static_cast<int64_t>(open.size()));
  EXPECT_EQ(before.upper, 0);
  const std::string worker = NewWorker(2);
  for (size_t i = 1; i < 8; ++i) {
    Must(Submit(AuditOf(job, {open[i]}, v1::OUTCOME_REFUTED, worker)));
  }
  // For 0 of 7, rounding makes the bound a tiny negative number.
  EXPECT_EQ(fmt::format("{:.1f}", Must(store().figures().Flips(job.id)).lower), "0.0");
  Must(Submit(AuditOf(job, {open[0]}, v1::OUTCOME_INTEGRATED, worker)));
  const LabelFlips flips = Must(store().figures().Flips(job.id));
  EXPECT_EQ(flips.audited, 8);
  EXPECT_EQ(flips.flips, 1);
  EXPECT_DOUBLE_EQ(flips.share, 0.125);
  // Wilson's interval of 1 in 8 was computed by hand.
  EXPECT_NEAR(flips.lower, 0.02242, 1e-5);
  EXPECT_NEAR(flips.upper, 0.47089, 1e-5);
}

TEST_F(AuditsTest, OnlyJobsThatMayGoOnHaveOpenAudits) {
  const JobRecord job = SealedJob("job", v1::OUTCOME_TIMED_OUT);
  ASSERT_TRUE(store().SetJobState(job.id, v1::JOB_STATE_COMPLETED, "").ok());
  EXPECT_FALSE(Open(job).empty()) << "the last of them are open when the job is complete";
  const JobRecord cancelled = SealedJob("cancelled", v1::OUTCOME_TIMED_OUT);
  ASSERT_TRUE(store().SetJobState(cancelled.id, v1::JOB_STATE_CANCELLED, "").ok());
  EXPECT_THAT(Open(cancelled), IsEmpty());
}

}  // namespace
}  // namespace motzkin::coordinator
