#include "worker/slots/function_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "common/base/testing/fake_clock.h"
#include "tests/support/wait_for.h"
#include "worker/results/testing/rows.h"
#include "worker/slots/calibration.h"
#include "worker/slots/testing/integrator_script.h"

namespace motzkin::worker {
namespace {

using integrator::v1::Request;
using integrator::v1::Response;
using ::testing::HasSubstr;

Response Integrated(const std::string& integral) {
  Response response;
  auto& integration = *response.mutable_integration();
  integration.set_outcome(v1::OUTCOME_INTEGRATED);
  integration.set_integral(integral);
  integration.set_engine("giac");
  integration.set_answer_class(v1::ANSWER_CLASS_ELEMENTARY);
  auto& step = *integration.add_steps();
  step.set_engine("giac");
  step.set_outcome(v1::OUTCOME_INTEGRATED);
  step.set_cpu_us(1234);
  return response;
}

Response Failed(v1::Outcome outcome) {
  Response response;
  response.mutable_integration()->set_outcome(outcome);
  return response;
}

Response Judged(v1::Verification::Verdict verdict) {
  Response response;
  response.mutable_judgement()->set_verdict(verdict);
  response.mutable_judgement()->set_points_agreed(12);
  return response;
}

void ExpectNoAnswer(const v1::Result& row) {
  EXPECT_EQ(row.integral(), "");
  EXPECT_EQ(row.engine(), "");
  EXPECT_EQ(row.answer_class(), v1::ANSWER_CLASS_UNSPECIFIED);
  EXPECT_FALSE(row.has_abs());
  EXPECT_FALSE(row.has_verification());
}

std::shared_ptr<const JobContext> JobOfKind(v1::Kind kind) {
  JobContext job = [] {
    const auto base = TestJob();
    return JobContext{base->cluster_uuid, base->uuid, base->spec, base->spec_digest,
                      generator::FunctionSampler::Create(base->spec.generator()).value()};
  }();
  job.spec.mutable_generator()->set_kind(kind);
  job.sampler = generator::FunctionSampler::Create(job.spec.generator()).value();
  return std::make_shared<const JobContext>(std::move(job));
}

class FunctionRunnerTest : public ::testing::Test {
 protected:
  FunctionRunnerTest() {
    options_.start_backoff = absl::Milliseconds(1);
    options_.engine_versions = {{"giac", "1.2.3"}};
    options_.speed = &speed_;
  }
  FunctionRunner& runner() {
    if (!runner_) {
      runner_ = std::make_unique<FunctionRunner>(options_, script_.Factory(), clock_);
    }
    return *runner_;
  }

  IntegratorScript script_;
  SystemClock clock_;
  SpeedGauge speed_{{{"giac", 2.5}}, absl::Minutes(2), clock_};
  RunnerOptions options_;
  std::unique_ptr<FunctionRunner> runner_;
};

TEST_F(FunctionRunnerTest, ARowSaysAllOfItsFunction) {
  Request seen;
  script_.Say([&](const Request& request) {
    seen = request;
    return Integrated("neg cos x");
  });
  const auto row = runner().Run(TestTask(7));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->index(), 7);
  EXPECT_EQ(row->outcome(), v1::OUTCOME_INTEGRATED);
  EXPECT_EQ(row->integrand(), seen.integrate().integrand());
  EXPECT_EQ(row->integral(), "neg cos x");
  EXPECT_EQ(row->engine(), "giac");
  EXPECT_EQ(row->steps(0).version(), "1.2.3");
  EXPECT_EQ(row->steps(0).cpu_us(), 1234);
  EXPECT_NE(row->canonical_hash(), 0u);
  EXPECT_EQ(row->speed_factor(), 2.5);
  EXPECT_EQ(seen.integrate().ladder(0).budget_us(), 250'000) << "100 reference ms on this machine";
}

TEST_F(FunctionRunnerTest, AnAuditHasTenTimesTheBudget) {
  Request seen;
  script_.Say([&](const Request& request) {
    seen = request;
    return Failed(v1::OUTCOME_UNSOLVED);
  });
  Task audit = TestTask(7);
  audit.budget_factor = 10;
  ASSERT_TRUE(runner().Run(audit).ok());
  EXPECT_EQ(seen.integrate().ladder(0).budget_us(), 2'500'000);
}

TEST_F(FunctionRunnerTest, TheSameIndexIsTheSameFunctionInAnyRunner) {
  script_.Say([](const Request&) { return Failed(v1::OUTCOME_UNSOLVED); });
  FunctionRunner other(options_, script_.Factory(), clock_);
  for (const int64_t index : {0, 1, 1'000'000}) {
    EXPECT_EQ(runner().Run(TestTask(index))->integrand(), other.Run(TestTask(index))->integrand());
  }
}

TEST_F(FunctionRunnerTest, ACrashIsBelievedOnlyFromAFreshIntegrator) {
  script_.Say([&](const Request&) {
    return script_.started() == 1 ? Failed(v1::OUTCOME_CRASHED) : Integrated("x");
  });
  EXPECT_EQ(runner().Run(TestTask(1))->outcome(), v1::OUTCOME_INTEGRATED);
  EXPECT_EQ(script_.started(), 2);
  script_.Say([](const Request&) { return Failed(v1::OUTCOME_MEMORY_EXCEEDED); });
  EXPECT_EQ(runner().Run(TestTask(2))->outcome(), v1::OUTCOME_MEMORY_EXCEEDED);
  EXPECT_EQ(script_.started(), 3);
}

TEST_F(FunctionRunnerTest, AnIntegratorThatDiesTwiceMakesACrashedRow) {
  script_.Say([](const Request&) -> absl::StatusOr<Response> {
    return absl::UnavailableError("killed by signal 11");
  });
  const auto row = runner().Run(TestTask(1));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->outcome(), v1::OUTCOME_CRASHED);
  EXPECT_THAT(row->steps(0).message(), HasSubstr("signal 11"));
  EXPECT_EQ(script_.started(), 2);
}

TEST_F(FunctionRunnerTest, AFunctionThatKilledItsWorkerIsACrashedRowWithoutBeingTriedAgain) {
  const auto row = runner().Blame(TestTask(7), 2);
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->index(), 7);
  EXPECT_EQ(row->outcome(), v1::OUTCOME_CRASHED);
  EXPECT_EQ(script_.started(), 0);
  script_.Say([](const Request&) { return Failed(v1::OUTCOME_UNSOLVED); });
  const auto tried = runner().Run(TestTask(7));
  EXPECT_EQ(row->integrand(), tried->integrand());
  EXPECT_EQ(row->canonical_hash(), tried->canonical_hash());
  EXPECT_EQ(row->steps(0).message(), "killed its worker 2 times");
}

TEST_F(FunctionRunnerTest, RowsWithoutAnAnswerNameTheExactEngineToo) {
  EXPECT_EQ(runner().Blame(TestTask(7), 2)->steps(0).version(), "1.2.3");
  script_.Say([](const Request&) -> absl::StatusOr<Response> {
    return absl::UnavailableError("killed by signal 11");
  });
  const auto died = runner().Run(TestTask(1));
  EXPECT_EQ(died->steps(0).version(), "1.2.3");
  EXPECT_EQ(UnstorableRow(*died, absl::InvalidArgumentError("no")).steps(0).version(), "1.2.3");
}

TEST_F(FunctionRunnerTest, AStallTwiceIsATimeOut) {
  script_.Say([](const Request&) -> absl::StatusOr<Response> {
    return absl::DeadlineExceededError("no answer within 4 s");
  });
  EXPECT_EQ(runner().Run(TestTask(1))->outcome(), v1::OUTCOME_TIMED_OUT);
  EXPECT_EQ(script_.calls(), 2);
}

TEST_F(FunctionRunnerTest, AnIntegratorThatDoesNotStartIsTheWorkersFault) {
  script_.FailToStart(true);
  const auto row = runner().Run(TestTask(1));
  EXPECT_TRUE(absl::IsUnavailable(row.status()));
  EXPECT_THAT(row.status().message(), HasSubstr("bwrap: permission denied"));
  EXPECT_EQ(script_.started(), 3);
  script_.FailToStart(false);
  script_.Say([](const Request&) { return Integrated("x"); });
  EXPECT_TRUE(runner().Run(TestTask(1)).ok());
}

TEST_F(FunctionRunnerTest, AnIntegratorWithAnotherVersionOrWithoutAnEngineIsNotUsed) {
  script_.Say([](const Request&) { return Integrated("x"); });
  options_.engine_versions = {{"giac", "1.2.2"}};
  const absl::Status other = runner().Run(TestTask(1)).status();
  EXPECT_TRUE(absl::IsUnavailable(other));
  EXPECT_THAT(other.message(), HasSubstr("giac is 1.2.3 now and was 1.2.2"));
  options_.engine_versions = {{"giac", "1.2.3"}, {"fricas", "1.3.8"}};
  FunctionRunner second(options_, script_.Factory(), clock_);
  EXPECT_THAT(second.Run(TestTask(1)).status().message(),
              HasSubstr("fricas 1.3.8 does not start any more"));
  EXPECT_EQ(script_.calls(), 0);
}

TEST_F(FunctionRunnerTest, AMachineThatGetsSlowGetsLargerBudgetsWhileItRuns) {
  int64_t step_us = 100'000;
  Request seen;
  script_.Say([&](const Request& request) {
    seen = request;
    Response response = Integrated("x");
    response.mutable_integration()->mutable_steps(0)->set_cpu_us(step_us);
    return response;
  });
  const auto integrator = script_.Factory()({});
  const double ratio = MeasureSpeed(**integrator)->ratios.at("giac");
  ASSERT_TRUE(runner().Run(TestTask(1)).ok());
  EXPECT_EQ(seen.integrate().ladder(0).budget_us(), 250'000) << "2.5, as measured at start";
  // A machine that is four times as slow would need this long.
  step_us = static_cast<int64_t>(4 * 100'000 / ratio);
  EXPECT_GT(runner().MeasureSpeed(TestTask(1)), absl::ZeroDuration());
  EXPECT_NEAR(runner().Run(TestTask(1))->speed_factor(), 2.5, 0.01) << "one of two";
  runner().MeasureSpeed(TestTask(1));
  EXPECT_NEAR(runner().Run(TestTask(1))->speed_factor(), 4, 0.01);
  EXPECT_NEAR(static_cast<double>(seen.integrate().ladder(0).budget_us()), 400'000, 1000);
  step_us *= 100;
  for (int i = 0; i < 5; ++i) runner().MeasureSpeed(TestTask(1));
  EXPECT_EQ(runner().Run(TestTask(1))->speed_factor(), 8) << "the bound";
}

TEST_F(FunctionRunnerTest, AnEngineThatCrashesHasShownNoSpeed) {
  v1::Outcome outcome = v1::OUTCOME_UNVERIFIED;
  script_.Say([&](const Request&) {
    Response response = Failed(outcome);
    auto& step = *response.mutable_integration()->add_steps();
    step.set_outcome(outcome);
    step.set_cpu_us(1000);
    return response;
  });
  const auto integrator = script_.Factory()({});
  EXPECT_EQ(MeasureSpeed(**integrator)->ratios.count("giac"), 1u) << "it answered";
  for (const v1::Outcome early : {v1::OUTCOME_CRASHED, v1::OUTCOME_UNSOLVED}) {
    outcome = early;
    EXPECT_EQ(MeasureSpeed(**integrator)->ratios.count("giac"), 0u);
  }
}

TEST_F(FunctionRunnerTest, AnInterruptEndsTheTaskItNamesAndNoOther) {
  script_.Hang();
  Task task = TestTask(1);
  task.serial = 41;
  std::jthread interrupter([&] {
    EXPECT_TRUE(test::WaitFor([&] { return script_.calls() == 1; }));
    runner().Interrupt(40);
    runner().Interrupt(41);
  });
  EXPECT_TRUE(absl::IsAborted(runner().Run(task).status()));
  interrupter.join();
  script_.Say([](const Request&) { return Integrated("x"); });
  task.serial = 42;
  EXPECT_TRUE(runner().Run(task).ok());
  EXPECT_EQ(script_.started(), 2) << "an interrupted integrator is dead";
}

TEST_F(FunctionRunnerTest, AnInterruptEndsTheTimingBeforeItsTaskToo) {
  script_.Hang();
  Task task = TestTask(1);
  task.serial = 41;
  std::jthread interrupter([&] {
    EXPECT_TRUE(test::WaitFor([&] { return script_.calls() == 1; }));
    runner().Interrupt(41);
  });
  EXPECT_EQ(runner().MeasureSpeed(task), absl::ZeroDuration());
  interrupter.join();
  EXPECT_TRUE(absl::IsAborted(runner().Run(task).status()));
  EXPECT_EQ(script_.calls(), 1);
}

TEST_F(FunctionRunnerTest, AnInterruptThatComesBeforeTheTaskBeginsCounts) {
  Task task = TestTask(1);
  task.serial = 5;
  runner().Interrupt(5);
  EXPECT_TRUE(absl::IsAborted(runner().Run(task).status()));
  EXPECT_EQ(script_.calls(), 0);
}

TEST_F(FunctionRunnerTest, ABackwardFunctionIsOnlyVerified) {
  Request seen;
  script_.Say([&](const Request& request) {
    seen = request;
    return Judged(v1::Verification::VERDICT_VERIFIED);
  });
  const auto row = runner().Run(TestTask(3, 1, JobOfKind(v1::KIND_BACKWARD)));
  ASSERT_TRUE(row.ok()) << row.status();
  ASSERT_TRUE(seen.has_verify());
  EXPECT_EQ(row->outcome(), v1::OUTCOME_INTEGRATED);
  EXPECT_EQ(row->integral(), seen.verify().candidate());
  EXPECT_EQ(row->kind(), v1::KIND_BACKWARD);
  EXPECT_EQ(row->verification().points_agreed(), 12);
  EXPECT_EQ(row->steps(0).engine(), "construction");
  EXPECT_EQ(row->steps(0).version(), "1") << "of the generator";
}

TEST_F(FunctionRunnerTest, ByPartsTheIntegralIsComposedAndTheWholeIsChecked) {
  std::vector<Request> seen;
  script_.Say([&](const Request& request) {
    seen.push_back(request);
    return request.has_verify() ? Judged(v1::Verification::VERDICT_VERIFIED) : Integrated("sin x");
  });
  const auto row = runner().Run(TestTask(3, 1, JobOfKind(v1::KIND_BY_PARTS)));
  ASSERT_TRUE(row.ok()) << row.status();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_NE(seen[0].integrate().integrand(), row->integrand()) << "the ladder gets f*G";
  EXPECT_EQ(seen[1].verify().integrand(), row->integrand());
  EXPECT_THAT(row->integral(), ::testing::StartsWith("sub "));
  EXPECT_THAT(row->integral(), ::testing::EndsWith(" sin x"));
  EXPECT_EQ(row->outcome(), v1::OUTCOME_INTEGRATED);
}

TEST_F(FunctionRunnerTest, ByPartsAWrongAnswerIsShownAsTheWrongIntegralItMakes) {
  script_.Say([](const Request&) {
    Response refuted = Failed(v1::OUTCOME_REFUTED);
    refuted.mutable_integration()->set_integral("sin x");
    refuted.mutable_integration()->set_engine("giac");
    return refuted;
  });
  const auto row = runner().Run(TestTask(3, 1, JobOfKind(v1::KIND_BY_PARTS)));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(script_.calls(), 1) << "the check of f*G tells all";
  EXPECT_EQ(row->outcome(), v1::OUTCOME_REFUTED);
  EXPECT_THAT(row->integral(), ::testing::StartsWith("sub "));
  EXPECT_THAT(row->integral(), ::testing::EndsWith(" sin x"));
}

TEST_F(FunctionRunnerTest, ByPartsAnAnswerThatIsNoExpressionIsNotBelieved) {
  script_.Say([](const Request&) { return Integrated("foo ) bar"); });
  const auto row = runner().Run(TestTask(3, 1, JobOfKind(v1::KIND_BY_PARTS)));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->outcome(), v1::OUTCOME_UNVERIFIED);
  ExpectNoAnswer(*row);
}

TEST_F(FunctionRunnerTest, ByPartsADeathInTheCheckLeavesNothingOfTheOtherHalf) {
  script_.Say([&](const Request& request) -> absl::StatusOr<Response> {
    if (request.has_verify()) return absl::UnavailableError("killed by signal 11");
    Response response = Integrated("sin x");
    auto& integration = *response.mutable_integration();
    integration.set_has_abs(true);
    integration.mutable_judgement()->set_verdict(v1::Verification::VERDICT_VERIFIED);
    return response;
  });
  const auto row = runner().Run(TestTask(3, 1, JobOfKind(v1::KIND_BY_PARTS)));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->outcome(), v1::OUTCOME_CRASHED);
  ExpectNoAnswer(*row);
  ASSERT_EQ(row->steps_size(), 2);
  EXPECT_EQ(row->steps(0).engine(), "giac") << "it ran, and its CPU counts";
  EXPECT_EQ(row->steps(1).engine(), "construction");
  EXPECT_THAT(row->steps(1).message(), HasSubstr("signal 11"));
}

TEST_F(FunctionRunnerTest, ADeathOnABackwardFunctionBlamesNoEngine) {
  script_.Say([](const Request&) -> absl::StatusOr<Response> {
    return absl::DeadlineExceededError("no answer within 4 s");
  });
  const auto row = runner().Run(TestTask(3, 1, JobOfKind(v1::KIND_BACKWARD)));
  ASSERT_TRUE(row.ok()) << row.status();
  EXPECT_EQ(row->outcome(), v1::OUTCOME_TIMED_OUT);
  ASSERT_EQ(row->steps_size(), 1);
  EXPECT_EQ(row->steps(0).engine(), "construction");
  EXPECT_EQ(row->steps(0).version(), "1") << "of the generator";
}

TEST(SpeedGaugeTest, OneDisturbedRoundChangesNothingAndALastingChangeCounts) {
  FakeClock clock;
  SpeedGauge gauge({{"giac", 1.2}}, absl::Minutes(2), clock);
  for (const double ratio : {1.3, 7.0, 1.1}) gauge.Add("giac", ratio);
  EXPECT_DOUBLE_EQ(gauge.Factor("giac"), 1.2);
  for (const double ratio : {3.0, 3.1, 3.2}) gauge.Add("giac", ratio);
  EXPECT_DOUBLE_EQ(gauge.Factor("giac"), 3.1);
  EXPECT_EQ(gauge.Factor("sympy"), 1);
}

TEST(SpeedGaugeTest, OneOfTheSlotsMeasuresOnceAnInterval) {
  FakeClock clock;
  SpeedGauge gauge({}, absl::Minutes(2), clock);
  EXPECT_FALSE(gauge.TakeTurn());
  clock.Advance(absl::Minutes(2));
  EXPECT_TRUE(gauge.TakeTurn());
  EXPECT_FALSE(gauge.TakeTurn());
  SpeedGauge never({}, absl::InfiniteDuration(), clock);
  clock.Advance(absl::Hours(1000));
  EXPECT_FALSE(never.TakeTurn());
}

TEST(CalibrationTest, TheFactorIsClampedToOneThroughEight) {
  EXPECT_EQ(SpeedFactorOf(100, 200), 1);
  EXPECT_EQ(SpeedFactorOf(300, 200), 1.5);
  EXPECT_EQ(SpeedFactorOf(5000, 200), 8);
}

}  // namespace
}  // namespace motzkin::worker
