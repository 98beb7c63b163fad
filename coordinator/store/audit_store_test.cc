#include "coordinator/store/audit_store.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/store/testing/store_fixture.h"

namespace motzkin::coordinator {
namespace {

using ::testing::Each;

class VoidRowsTest : public StoreFixture {
 protected:
  // Stores 3 batches of 4 rows, the one in the middle by worker 2. With `forged`, that worker's
  // row 5 claims to be the function of index 9, and its row 6 has no integral.
  JobRecord ThreeBatches(const std::string& name, bool forged) {
    const JobRecord job = NewJob(name, 12);
    for (int n = 0; n < 3; ++n) {
      const LeaseSnapshot grant =
          GrantBatch(Must(AllocateBatch(store(), job.id, 4)), NewWorker(n == 1 ? 2 : 1));
      v1::Submission submission = SubmissionOf(job, grant, {});
      for (int64_t index = grant.batch.begin; index < grant.batch.end; ++index) {
        const int64_t function = forged && index == 5 ? 9 : index;
        *submission.add_results() = RowOf(
            index, function, forged && index == 6 ? v1::OUTCOME_UNSOLVED : v1::OUTCOME_INTEGRATED);
      }
      EXPECT_THAT(Must(Submit(submission)), Each(v1::ROW_STATUS_STORED));
    }
    EXPECT_EQ(Must(store().Seal(job.id)), 12);
    EXPECT_TRUE(store().SetJobState(job.id, v1::JOB_STATE_COMPLETED, "").ok());
    return job;
  }

  // Returns all that exports and totals of the job are made of.
  std::string Content(const JobRecord& job) {
    return Must(sql().Execute(fmt::format(
                    "SELECT concat_ws(E'\\n', "
                    "(SELECT string_agg(concat_ws(' ', index, outcome, integrand, integral, "
                    " canonical_hash, skeleton_hash), E'\\n' ORDER BY index) "
                    " FROM result WHERE job_id = {0}), "
                    "(SELECT string_agg(index || '=' || first_index, ',' ORDER BY index) "
                    " FROM duplicate WHERE job_id = {0}), "
                    "(SELECT string_agg(canonical_hash || '@' || first_index, ',' "
                    " ORDER BY first_index) FROM seen_function WHERE job_id = {0}), "
                    "(SELECT string_agg(concat_ws(' ', begin_index, end_index, outcomes, closed), "
                    " ',' ORDER BY begin_index) FROM batch WHERE job_id = {0}), "
                    "(SELECT concat_ws(' ', sealed_below, sealed_outcomes, duplicates) FROM job "
                    " WHERE id = {0})) AS content",
                    job.id)))
        .front()
        .Text("content");
  }

  AuditStore audits_{store()};
};

TEST_F(VoidRowsTest, AJobThatIsFilledAgainIsThatOfAnHonestRun) {
  const JobRecord honest = ThreeBatches("honest", /*forged=*/false);
  const JobRecord job = ThreeBatches("forged", /*forged=*/true);
  ASSERT_NE(Content(job), Content(honest));

  const VoidedRows voided = Must(audits_.VoidRows(job.id, NewWorker(2), absl::UnixEpoch()));
  EXPECT_EQ(voided.rows, 4);
  EXPECT_EQ(voided.sealed_rows, 4);
  EXPECT_EQ(voided.first_sealed, 4);
  EXPECT_EQ(voided.last_sealed, 7);
  EXPECT_EQ(voided.hidden_rows, 1) << "row 9 looked like a repetition of row 5";
  const JobRecord open = Must(store().Job(job.id));
  EXPECT_EQ(open.state, v1::JOB_STATE_RUNNING);
  EXPECT_EQ(open.sealed_below, 4);
  EXPECT_EQ(open.duplicates, 0);
  EXPECT_EQ(open.stored(), 8);
  EXPECT_EQ(Must(store().Seal(job.id)), 0);

  const std::vector<BatchSnapshot> batches = Must(store().OpenBatches(job.id));
  ASSERT_EQ(batches.size(), 1u);
  Fill(job, GrantBatch(batches.front(), NewWorker(1)));
  EXPECT_EQ(Must(store().Seal(job.id)), 8);
  EXPECT_EQ(Content(job), Content(honest));
  EXPECT_EQ(Must(audits_.VoidRows(job.id, NewWorker(2), absl::UnixEpoch())).rows, 0)
      << "to repeat it changes nothing";
}

TEST_F(VoidRowsTest, RowsBeforeTheTimeGivenStay) {
  const JobRecord job = ThreeBatches("job", /*forged=*/false);
  Must(sql().Execute("UPDATE result SET create_time = '2026-01-01' WHERE index IN (4, 5)"));
  const absl::Time since = absl::FromCivil(absl::CivilDay(2026, 1, 2), absl::UTCTimeZone());
  EXPECT_EQ(Must(audits_.VoidRows(job.id, NewWorker(2), since)).first_sealed, 6);
  EXPECT_EQ(Must(store().OpenBatches(job.id)).front().stored, 2);
}

TEST_F(VoidRowsTest, ACancelledJobStaysCancelledAndItsPrefixEndsBelowTheHole) {
  const JobRecord job = NewJob("job", 0);
  Fill(job, GrantBatch(Must(AllocateBatch(store(), job.id, 4)), NewWorker(1)));
  Fill(job, GrantBatch(Must(AllocateBatch(store(), job.id, 4)), NewWorker(2)));
  Must(store().Seal(job.id));
  ASSERT_TRUE(store().SetJobState(job.id, v1::JOB_STATE_CANCELLED, "").ok());
  EXPECT_EQ(Must(audits_.VoidRows(job.id, NewWorker(2), absl::UnixEpoch())).rows, 4);
  const JobRecord after = Must(store().Job(job.id));
  EXPECT_EQ(after.state, v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(after.sealed_below, 4);
  EXPECT_EQ(Number("SELECT count(*) FROM batch WHERE NOT closed AND NOT revoked"), 0);
}

}  // namespace
}  // namespace motzkin::coordinator
