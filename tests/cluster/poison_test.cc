// Tests functions that kill the process that computes them, with the real programs.
#include <absl/strings/ascii.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <iostream>
#include <vector>

#include "common/expression/printer.h"
#include "common/generator/function_sampler.h"
#include "common/job_spec/job_spec.h"
#include "tests/support/mini_cluster.h"
#include "tests/support/only_number.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::MiniCluster;
using test::WaitFor;
using ::testing::HasSubstr;

constexpr int64_t kTarget = 40;
constexpr int64_t kPoison = 13;

std::string IntegrandOf(const v1::JobSpec& spec, int64_t index) {
  const auto sampler = generator::FunctionSampler::Create(spec.generator()).value();
  expression::Pool pool;
  const auto function = sampler.Generate(spec.seed(), index, pool).value();
  return expression::Print(function.integrand, expression::Format::kPrefix).value();
}

// All tests share one cluster; each has a job and workers of its own.
class PoisonTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_ = new MiniCluster;
    shared_->StartCoordinator();
  }
  static void TearDownTestSuite() { delete shared_; }
  void TearDown() override {
    // A worker that says goodbye is granted nothing more, so the next test gets all new grants.
    for (const std::string& name : names_) cluster_.SignalWorker(name, SIGTERM);
    for (const std::string& name : names_) cluster_.AwaitWorker(name);
  }

  void StartWorkers(const std::vector<std::string>& names, const std::string& deed) {
    settings_.script = {"--has", "giac=1.2.3", deed, IntegrandOf(spec_, kPoison)};
    for (const std::string& name : names) cluster_.StartWorker(name, settings_);
    names_ = names;
    cluster_.StartJob(spec_);
  }

  // Starts workers again that died, as systemd would, until the job is done. Returns the number of
  // deaths.
  int AwaitCompleted() {
    int deaths = 0;
    EXPECT_TRUE(WaitFor(
        [&] {
          for (const std::string& name : names_) {
            if (cluster_.WorkerRuns(name)) continue;
            ++deaths;
            cluster_.StartWorker(name, settings_);
          }
          const auto job = cluster_.FindJob(spec_.name());
          return job.ok() && job->state() == v1::JOB_STATE_COMPLETED;
        },
        absl::Minutes(3)))
        << cluster_.CoordinatorLog() << cluster_.WorkerLog(names_[0]);
    return deaths;
  }

  // Expects one crashed row, and all others as if nothing had happened.
  void ExpectOneCrashedRow(const std::string& message) {
    const std::string this_job = "job = '" + spec_.name() + "'";
    const auto rows = cluster_.Query(
        "SELECT index, outcome, integrand, messages[1] AS message, "
        "(SELECT count(*) FROM training_data_all WHERE " +
        this_job + ") AS rows FROM training_data_all WHERE outcome <> 'unsolved' AND " + this_job);
    ASSERT_TRUE(rows.ok()) << rows.status();
    ASSERT_EQ(rows->size(), 1u);
    const postgres::Row crashed = rows->front();
    EXPECT_EQ(crashed.Int("index"), kPoison);
    EXPECT_EQ(crashed.Text("outcome"), "crashed");
    EXPECT_EQ(crashed.Text("integrand"), IntegrandOf(spec_, kPoison));
    EXPECT_THAT(crashed.Text("message"), HasSubstr(message));
    EXPECT_EQ(crashed.Int("rows"), kTarget);
    const auto versions = cluster_.Query(
        "SELECT count(*) FROM engine_steps WHERE engine_version IS DISTINCT FROM '1.2.3' AND " +
        this_job);
    ASSERT_TRUE(versions.ok()) << versions.status();
    EXPECT_EQ(test::OnlyNumber(*versions), 0) << "the exact version, of the crashed function too";
  }

  static MiniCluster* shared_;
  MiniCluster& cluster_ = *shared_;
  const v1::JobSpec spec_ = test::SmallJob(
      absl::AsciiStrToLower(::testing::UnitTest::GetInstance()->current_test_info()->name())
          .substr(0, 60),
      kTarget);
  test::WorkerSettings settings_;
  std::vector<std::string> names_;
};

MiniCluster* PoisonTest::shared_ = nullptr;

TEST_F(PoisonTest, AFunctionThatKillsItsWorkerEachTimeEndsAsOneCrashedRow) {
  StartWorkers({"lonely"}, "--kill-worker");
  const int deaths = AwaitCompleted();
  // Three deaths make the batch careful, and the function alone causes two more.
  EXPECT_EQ(deaths, 5);
  ExpectOneCrashedRow("killed its worker 2 times");
}

TEST_F(PoisonTest, TwoWorkersThatTakeTurnsInDyingComeToTheSameEnd) {
  StartWorkers({"one", "two"}, "--kill-worker");
  const int deaths = AwaitCompleted();
  std::cout << deaths << " deaths of two workers\n";
  EXPECT_LE(deaths, 8);
  ExpectOneCrashedRow("killed its worker");
}

TEST_F(PoisonTest, AFunctionThatKillsItsIntegratorIsTriedTwiceAndItsWorkerLives) {
  StartWorkers({"tough"}, "--die");
  EXPECT_EQ(AwaitCompleted(), 0);
  ExpectOneCrashedRow("signal 6");
}

}  // namespace
}  // namespace motzkin
