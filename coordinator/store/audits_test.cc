#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "coordinator/store/audit_store.h"
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
      while (Must(store().Seal(job.id, 20'000, shares_)) > 0) {
      }
    }
    return Must(store().Job(job.id));
  }

  // Asks the worker for all open audits of the job.
  void Give(const JobRecord& job, const std::string& worker) {
    for (const int64_t index : Open(job)) Must(audits_.Give({{job.id, index}, worker}));
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

  AuditShares shares_;
  AuditStore audits_{store()};
};

TEST_F(AuditsTest, OneLabelIn200IsAuditedAndNothingElse) {
  for (const v1::Outcome audited : {v1::OUTCOME_TIMED_OUT, v1::OUTCOME_INTEGRATED}) {
    const std::vector<int64_t> open = Open(SealedJob("job" + std::to_string(audited), audited));
    EXPECT_GT(open.size(), 2u);  // 15 are expected.
    EXPECT_LT(open.size(), 41u);
    EXPECT_EQ(Must(store().OpenAudits(1000)).front().first_worker, NewWorker(1));
  }
  for (const v1::Outcome other : {v1::OUTCOME_CRASHED, v1::OUTCOME_REFUTED}) {
    EXPECT_THAT(Open(SealedJob("job" + std::to_string(other), other)), IsEmpty());
  }
  shares_ = {.negatives = 0, .integrals = 0};
  EXPECT_THAT(Open(SealedJob("none", v1::OUTCOME_INTEGRATED)), IsEmpty());
}

TEST_F(AuditsTest, WhatIsPublicOfAJobDoesNotTellWhoWillBeAudited) {
  shares_ = {.negatives = 20, .integrals = 20};
  const JobRecord first = SealedJob("first", v1::OUTCOME_UNSOLVED);
  const JobRecord second = SealedJob("second", v1::OUTCOME_UNSOLVED);
  EXPECT_NE(Open(first), Open(second)) << "they have the same spec, seed and rows";
  EXPECT_EQ(Number("SELECT count(*) FROM information_schema.view_column_usage "
                   "WHERE column_name = 'audit_salt'"),
            0);
}

TEST_F(AuditsTest, TheFirstAnswerCountsAndTheLabelStays) {
  shares_.negatives = 20;
  const JobRecord job = SealedJob("job", v1::OUTCOME_TIMED_OUT);
  const std::vector<int64_t> open = Open(job);
  const std::string second = NewWorker(2);
  Give(job, second);
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

TEST_F(AuditsTest, OnlyTheWorkerThatWasAskedLastMayAnswer) {
  shares_.negatives = 20;
  const JobRecord job = SealedJob("job", v1::OUTCOME_TIMED_OUT);
  const int64_t index = Open(job).front();
  const auto answer = [&](int n) {
    return Must(Submit(AuditOf(job, {index}, v1::OUTCOME_UNSOLVED, NewWorker(n)))).front();
  };
  EXPECT_EQ(answer(2), v1::ROW_STATUS_REVOKED) << "no worker was asked";
  EXPECT_EQ(Must(audits_.Give({{job.id, index}, NewWorker(2)})), "") << "negatives are integrated";
  EXPECT_EQ(answer(1), v1::ROW_STATUS_REVOKED);
  Must(audits_.Give({{job.id, index}, NewWorker(3)}));
  EXPECT_EQ(answer(2), v1::ROW_STATUS_REVOKED) << "another one is asked now";
  EXPECT_EQ(answer(3), v1::ROW_STATUS_STORED);
  EXPECT_EQ(answer(3), v1::ROW_STATUS_ALREADY_STORED);
  EXPECT_TRUE(absl::IsNotFound(audits_.Give({{job.id, index}, NewWorker(2)}).status()));
}

TEST_F(AuditsTest, AWrongRowTakesTheLabelsOfItsWorkersUnauditedRowsAway) {
  shares_.integrals = 20;
  const JobRecord job = SealedJob("job", v1::OUTCOME_INTEGRATED);
  const std::vector<int64_t> open = Open(job);
  const std::string auditor = NewWorker(2);
  EXPECT_EQ(Must(audits_.Give({{job.id, open[0]}, auditor})), RowOf(open[0], open[0]).integral());
  Give(job, auditor);
  const auto labels = [&] { return Number("SELECT count(*) FROM training_data"); };
  const auto quarantined = [&] {
    return Number("SELECT count(*) FROM training_data_all WHERE quarantined");
  };
  Must(Submit(AuditOf(job, {open[0]}, v1::OUTCOME_INTEGRATED, auditor)));
  Must(Submit(AuditOf(job, {open[1]}, v1::OUTCOME_CRASHED, auditor)));
  EXPECT_EQ(labels(), kRows) << "the first agrees, the second is the auditor's trouble";
  EXPECT_TRUE(Must(audits_.Quarantines()).empty());

  Must(Submit(AuditOf(job, {open[2]}, v1::OUTCOME_REFUTED, auditor)));
  EXPECT_EQ(labels(), 1) << "the row that an audit agreed with keeps its label";
  EXPECT_EQ(quarantined(), kRows - 1);
  const std::vector<Quarantine> found = Must(audits_.Quarantines());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found.front().worker, NewWorker(1));
  EXPECT_EQ(found.front().row, "job/" + std::to_string(open[2]));
  EXPECT_EQ(found.front().auditor, "worker-2");
  EXPECT_EQ(Must(store().figures().Flips(job.id)).audited, 0)
      << "integrals do not measure label flips";

  ASSERT_TRUE(store().SetWorkerControl(NewWorker(1), WorkerControl::kDrain).ok());
  EXPECT_EQ(quarantined(), kRows - 1);
  ASSERT_TRUE(store().SetWorkerControl(NewWorker(1), WorkerControl::kRun).ok());
  EXPECT_EQ(labels(), kRows) << "its owner trusts it again";
}

TEST_F(AuditsTest, AFunctionThatTheIndexDoesNotMakeIsFoundInNegativesToo) {
  shares_.negatives = 20;
  const JobRecord job = SealedJob("job", v1::OUTCOME_UNSOLVED);
  const int64_t index = Open(job).front();
  Must(
      sql().Execute("UPDATE result SET canonical_hash = 5 WHERE index = " + std::to_string(index)));
  Give(job, NewWorker(2));
  Must(Submit(AuditOf(job, {index}, v1::OUTCOME_UNSOLVED, NewWorker(2))));
  EXPECT_EQ(Must(audits_.Quarantines()).size(), 1u);
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
  const auto session = WorkerConnection(NewWorker(3));
  ASSERT_TRUE(store().SetWorkerControl(NewWorker(3), WorkerControl::kRemoved).ok());
  EXPECT_TRUE(absl::IsPermissionDenied(
      SubmitResults(*session, AuditOf(job, {open[0]}, v1::OUTCOME_INTEGRATED, NewWorker(3)))
          .status()));
  EXPECT_EQ(Open(job).size(), open.size());
}

TEST_F(AuditsTest, FlipsAreSharesWithTheirInterval) {
  shares_.negatives = 20;
  const JobRecord job = SealedJob("job", v1::OUTCOME_TIMED_OUT);
  const std::vector<int64_t> open = Open(job);
  const LabelFlips before = Must(store().figures().Flips(job.id));
  EXPECT_EQ(before.open, static_cast<int64_t>(open.size()));
  EXPECT_EQ(before.upper, 0);
  const std::string worker = NewWorker(2);
  Give(job, worker);
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
