#include "common/results/submit_results.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <cmath>
#include <functional>

#include "coordinator/store/testing/store_fixture.h"
#include "tests/support/fault_proxy.h"

namespace motzkin::coordinator {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr auto kStored = v1::ROW_STATUS_STORED;
constexpr auto kAlready = v1::ROW_STATUS_ALREADY_STORED;
constexpr auto kRevoked = v1::ROW_STATUS_REVOKED;

class SubmitResultsTest : public StoreFixture {
 protected:
  SubmitResultsTest()
      : job_(NewJob()),
        worker_(NewWorker(1)),
        batch_(Must(AllocateBatch(store(), job_.id, 10))),
        grant_(GrantBatch(batch_, worker_)) {}

  int64_t Rows() { return Number("SELECT count(*) FROM result"); }
  JobRecord Now() { return Must(store().Job(job_.id)); }

  const JobRecord job_;
  const std::string worker_;
  const BatchSnapshot batch_;
  const LeaseSnapshot grant_;
};

TEST_F(SubmitResultsTest, SendingAgainChangesNothing) {
  const v1::Submission submission = SubmissionOf(job_, grant_, {3, 1, 2});
  EXPECT_THAT(Must(Submit(submission)), ElementsAre(kStored, kStored, kStored));
  EXPECT_THAT(Must(Submit(submission)), Each(kAlready));
  v1::Submission more = SubmissionOf(job_, grant_, {2, 4});
  EXPECT_THAT(Must(Submit(more)), ElementsAre(kAlready, kStored));
  EXPECT_EQ(Rows(), 4);
  EXPECT_EQ(Now().stored(), 4);
  EXPECT_EQ(Number("SELECT functions FROM throughput_minute"), 4);
}

TEST_F(SubmitResultsTest, AServerThatStandsStillIsGivenUp) {
  const auto connection = WorkerConnection();
  const v1::Submission submission = SubmissionOf(job_, grant_, {1});
  ASSERT_EQ(kill(connection->backend_pid(), SIGSTOP), 0);
  const auto statuses = SubmitResults(*connection, submission, absl::Seconds(1));
  EXPECT_EQ(kill(connection->backend_pid(), SIGCONT), 0);
  EXPECT_TRUE(absl::IsUnavailable(statuses.status())) << statuses.status();
  EXPECT_TRUE(connection->broken());
  EXPECT_EQ(Must(Submit(submission)).size(), 1u) << "the same again, on a new connection";
  EXPECT_EQ(Rows(), 1);
}

TEST_F(SubmitResultsTest, AWorkerThatFallsAsleepHoldsNoLock) {
  std::atomic<int> pieces{0};
  test::FaultProxy proxy(test::MiniPostgres::Shared().server().port(), [&](std::string_view) {
    ++pieces;
    return test::Fault::kNone;
  });
  const auto connection = test::MustConnect(test::MiniPostgres::Shared().As(
      database(), WorkerLogin().role, WorkerLogin().password, proxy.port()));
  pieces = 0;
  ASSERT_TRUE(SubmitResults(*connection, SubmissionOf(job_, grant_, {1, 2})).ok());
  EXPECT_EQ(pieces, 1) << "once its rows are sent, nothing waits for more from it";
  EXPECT_EQ(Rows(), 2);
}

TEST_F(SubmitResultsTest, EveryFieldComesBackAsItWasSent) {
  v1::Submission submission = SubmissionOf(job_, grant_, {5});
  v1::Result& row = *submission.mutable_results(0);
  row.set_outcome(v1::OUTCOME_PARTLY);
  row.set_answer_class(v1::ANSWER_CLASS_SPECIAL);
  row.set_has_abs(true);
  row.set_engine("fricas");
  v1::StepResult& step = *row.add_steps();
  step.set_engine("fricas");
  step.set_version("1.3.8");
  step.set_outcome(v1::OUTCOME_PARTLY);
  step.set_cpu_us(5'000'000'000);  // More than the column holds: saturates.
  step.set_message("a \"quoted\\\" {message}, with NULL");
  v1::Verification& verification = *row.mutable_verification();
  verification.set_verdict(v1::Verification::VERDICT_PARTLY);
  verification.set_points_differed(3);
  verification.set_counterexample("-1.25");
  for (const auto& [lower, upper] : {std::pair(-8.0, -0.1), std::pair(1e-9, 8.0)}) {
    v1::Interval& interval = *verification.add_valid_on();
    interval.set_lower(lower);
    interval.set_upper(upper);
  }
  EXPECT_THAT(Must(Submit(submission)), ElementsAre(kStored));
  const StoredResult stored = Must(store().figures().GetResult(job_.id, 5));
  row.mutable_steps(1)->set_cpu_us(2'147'483'647);
  EXPECT_EQ(stored.result.DebugString(), row.DebugString());
  EXPECT_EQ(stored.worker_name, "worker-1");
  EXPECT_EQ(stored.attempt, 1);
}

TEST_F(SubmitResultsTest, LateResultOfAnEndedLeaseIsAcceptedWhileTheFunctionIsOpen) {
  ASSERT_TRUE(store().EndLeases({{grant_.key, LeaseEnd::kLost}}).ok());
  const LeaseSnapshot fast = GrantBatch(batch_, NewWorker(2));
  EXPECT_EQ(fast.key.attempt, 2);
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {7}))), ElementsAre(kStored));
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, fast, {7, 8}))), ElementsAre(kAlready, kStored));
  EXPECT_EQ(Rows(), 2);
  EXPECT_EQ(Number("SELECT attempt FROM result WHERE index = 7"), 1);
}

TEST_F(SubmitResultsTest, ABatchClosesWithItsLastIndexAndOnlyThen) {
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {0, 1, 2, 3, 4, 5, 6, 7, 8}))), Each(kStored));
  EXPECT_EQ(Must(store().OpenBatches(job_.id)).size(), 1u);
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {9}))), Each(kStored));
  EXPECT_TRUE(Must(store().OpenBatches(job_.id)).empty());
}

TEST_F(SubmitResultsTest, NothingIsStoredOnceTheJobIsCancelled) {
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {1}))), ElementsAre(kStored));
  ASSERT_TRUE(store().SetJobState(job_.id, v1::JOB_STATE_CANCELLED, "by its owner").ok());
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {1, 2}))), Each(kRevoked));
  EXPECT_EQ(Rows(), 1);
}

TEST_F(SubmitResultsTest, APausedJobThatRunsAgainTakesTheRowsOfOldLeases) {
  ASSERT_TRUE(store().SetJobState(job_.id, v1::JOB_STATE_PAUSED, "").ok());
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {2}))), ElementsAre(kRevoked));
  ASSERT_TRUE(store().SetJobState(job_.id, v1::JOB_STATE_RUNNING, "").ok());
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {2}))), ElementsAre(kStored));
}

TEST_F(SubmitResultsTest, WhatDoesNotMatchTheLeaseIsRefused) {
  const v1::Submission good = SubmissionOf(job_, grant_, {1});
  std::vector<std::pair<const char*, v1::Submission>> bad;
  const auto with = [&](const char* what, const auto& change) {
    v1::Submission submission = good;
    change(submission);
    bad.emplace_back(what, submission);
  };
  with("job", [](auto& s) { s.set_job_uuid("11111111-1111-4111-8111-111111111111"); });
  with("digest", [](auto& s) { s.set_spec_digest("another"); });
  with("generator", [](auto& s) { s.set_generator_version(2); });
  with("batch", [](auto& s) { s.set_batch(99); });
  with("attempt", [](auto& s) { s.set_attempt(2); });
  with("worker", [](auto& s) { s.set_worker_uuid("22222222-2222-4222-8222-222222222222"); });
  with("index", [](auto& s) { s.mutable_results(0)->set_index(10); });
  with("no rows", [](auto& s) { s.clear_results(); });
  for (const auto& [what, submission] : bad) {
    EXPECT_TRUE(absl::IsFailedPrecondition(Submit(submission).status())) << what;
  }
  EXPECT_EQ(Rows(), 0);
}

// These go past the checks of worker and relay, as a session of the worker's role may.
TEST_F(SubmitResultsTest, WhatNoWorkerWouldSendIsRefused) {
  using Change = std::function<void(v1::Result&)>;
  const std::vector<std::pair<const char*, Change>> changes = {
      {"integrand", [](auto& r) { r.set_integrand(std::string(65'537, 'x')); }},
      {"integrand", [](auto& r) { r.set_integrand("x\x1b[2J"); }},
      {"integral", [](auto& r) { r.set_integral("x\nx"); }},
      {"outcome", [](auto& r) { r.set_outcome(static_cast<v1::Outcome>(10)); }},
      {"answer_class", [](auto& r) { r.set_answer_class(static_cast<v1::AnswerClass>(-1)); }},
      {"speed_factor", [](auto& r) { r.set_speed_factor(std::nan("")); }},
      {"wall_ms", [](auto& r) { r.set_wall_ms(-1); }},
      {"counterexample",
       [](auto& r) { r.mutable_verification()->set_counterexample(std::string(501, '1')); }},
      {"points_agreed", [](auto& r) { r.mutable_verification()->set_points_agreed(-1); }},
      {"valid_on",
       [](auto& r) { r.mutable_verification()->add_valid_on()->set_upper(std::nan("")); }},
      {"engine", [](auto& r) { r.set_engine("maple"); }},
      {"steps", [](auto& r) { r.mutable_steps(0)->set_engine("sympy"); }},
      {"steps", [](auto& r) { r.mutable_steps(0)->set_message(std::string(501, 'm')); }},
      {"steps", [](auto& r) { r.mutable_steps(0)->set_message("a\x7f"); }},
      {"steps", [](auto& r) { r.mutable_steps(0)->set_cpu_us(-1); }},
      {"steps",
       [](auto& r) {
         for (int i = 0; i < 32; ++i) *r.add_steps() = r.steps(0);
       }},
  };
  for (const auto& [field, change] : changes) {
    v1::Submission submission = SubmissionOf(job_, grant_, {1, 2});
    change(*submission.mutable_results(1));
    const absl::Status status = Submit(submission).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << field << ": " << status;
    EXPECT_EQ(status.message(),
              absl::StrCat("function 2: ", field, " is not what a worker of this job may send"));
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(Submit(SubmissionOf(job_, grant_, {1, 1})).status()));
  EXPECT_EQ(Rows(), 0);
}

TEST_F(SubmitResultsTest, OnlyEnginesThatWorkersAnnouncedGetNumbers) {
  const int64_t known = Number("SELECT count(*) FROM engine");
  v1::Submission submission = SubmissionOf(job_, grant_, {1});
  for (int i = 0; i < 3; ++i) {
    submission.mutable_results(0)->mutable_steps(0)->set_version(absl::StrCat("9.", i));
    EXPECT_TRUE(absl::IsUnavailable(Submit(submission).status())) << "sent again until it is known";
  }
  EXPECT_EQ(Number("SELECT count(*) FROM engine"), known);
  WorkerRecord worker;
  worker.uuid = worker_;
  worker.engines = {{"giac", "9.2"}, {std::string(64, 'g'), "1"}};
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store().UpsertWorkers({worker}).ok());
  EXPECT_EQ(Number("SELECT count(*) FROM engine"), known + 1) << "no name that is too long";
  EXPECT_EQ(Number("SELECT max(id) FROM engine"), known + 1) << "numbers are not used up";
  submission.mutable_results(0)->set_engine("");
  submission.mutable_results(0)->set_integral("x");
  EXPECT_THAT(Must(Submit(submission)), ElementsAre(kStored));
}

TEST_F(SubmitResultsTest, ItsCommitWaitsForTheDiskEvenIfTheSessionSaysOtherwise) {
  const auto worker = WorkerConnection();
  std::string at_commit;
  ASSERT_TRUE(
      worker
          ->Transact([&](postgres::Transaction& transaction) -> absl::Status {
            Must(transaction.Execute("SET synchronous_commit = off"));
            postgres::Params params;
            params.Text(job_.uuid).Bytes(job_.spec_digest);
            Must(transaction.Execute(
                "SELECT submit_results($1, $2::bytea, 1, 0, 1, ARRAY[ROW(1, 3, 'x', '', 1, "
                "1, '', '', 0, false, 0, 0, 0, 0, '', NULL, 1, 1, NULL)::submitted_result])",
                params));
            at_commit = Must(transaction.Execute("SHOW synchronous_commit"))
                            .front()
                            .Text("synchronous_commit");
            return absl::OkStatus();
          })
          .ok());
  EXPECT_EQ(at_commit, "on");
  EXPECT_EQ(Rows(), 1);
}

TEST_F(SubmitResultsTest, ABadRowFailsItsSubmissionAsInvalid) {
  std::vector<v1::Submission> bad(5, SubmissionOf(job_, grant_, {1, 2, 3}));
  bad[0].mutable_results(1)->set_integral(std::string(65'537, 'x'));
  bad[1].mutable_results(1)->set_integrand("");
  bad[2].mutable_results(1)->set_outcome(v1::OUTCOME_UNSPECIFIED);
  bad[3].mutable_results(1)->set_integral("\xff");
  bad[4].mutable_results(1)->set_integral(std::string("x\0y", 3));
  for (const v1::Submission& submission : bad) {
    EXPECT_TRUE(absl::IsInvalidArgument(Submit(submission).status()))
        << submission.results(1).ShortDebugString().substr(0, 200);
  }
  EXPECT_EQ(Rows(), 0);
  for (v1::Result& row : *bad[4].mutable_results()) MakeStorable(row);
  EXPECT_THAT(Must(Submit(bad[4])), Each(kStored));
}

TEST_F(SubmitResultsTest, ARemovedWorkerIsToldThatItMayNot) {
  const auto session = WorkerConnection();  // It goes on until CloseWorkerLogin() ends it.
  ASSERT_TRUE(store().SetWorkerControl(worker_, WorkerControl::kRemoved).ok());
  const absl::Status status = SubmitResults(*session, SubmissionOf(job_, grant_, {1})).status();
  EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  EXPECT_EQ(Rows(), 0);
}

TEST_F(SubmitResultsTest, RowsOfATrimmedTailGoToTheBatchThatHasThemNow) {
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {0, 8}))), Each(kStored));
  const BatchSnapshot tail = Must(store().SplitBatch(batch_.key, 6));
  EXPECT_EQ(tail.begin, 6);
  EXPECT_EQ(tail.end, 10);
  EXPECT_EQ(tail.stored, 1);
  EXPECT_THAT(Must(Submit(SubmissionOf(job_, grant_, {7, 5, 8}))),
              ElementsAre(kStored, kStored, kAlready));
  const auto open = Must(store().OpenBatches(job_.id));
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].stored, 2);
  EXPECT_EQ(open[1].stored, 2);
  EXPECT_EQ(Now().stored(), 4);
}

TEST_F(SubmitResultsTest, TheLatestOfEachOutcomeIsKeptAndNoMore) {
  const BatchSnapshot large = Must(AllocateBatch(store(), job_.id, 1'000));
  const LeaseSnapshot grant = GrantBatch(large, worker_);
  for (int64_t index = large.begin; index < large.begin + 300; ++index) {
    v1::Submission one = SubmissionOf(job_, grant, {index});
    if (index % 2 == 0) *one.mutable_results(0) = RowOf(index, index, v1::OUTCOME_UNSOLVED);
    ASSERT_TRUE(Submit(one).ok());
  }
  EXPECT_LE(
      Number("SELECT max(n) FROM (SELECT count(*) AS n FROM recent_result GROUP BY outcome) c"),
      100);
  EXPECT_EQ(Must(sql().Execute("SELECT message FROM failures LIMIT 1")).front().Text("message"),
            "gave up");
  EXPECT_EQ(Must(store().figures().LatestIntegrated(5)).size(), 5u);
}

}  // namespace
}  // namespace motzkin::coordinator
