// A worker that gets a quarter of its machine labels as one that has all of it: budgets are CPU
// time in reference milliseconds, and wall time decides nothing.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <iostream>

#include "tests/support/brake.h"
#include "tests/support/mini_cluster.h"
#include "tests/support/only_number.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::MiniCluster;
using test::WaitFor;

constexpr int64_t kFunctions = 200;

class SlowWorkerTest : public ::testing::Test {
 protected:
  SlowWorkerTest() { cluster_.StartCoordinator(); }

  void StartJob(const std::string& name, uint32_t budget_ms) {
    v1::JobSpec spec = test::SmallJob(name, kFunctions);
    spec.mutable_ladder(0)->set_budget_ms(budget_ms);
    cluster_.StartJob(spec);
  }
  // Returns the time from the first row to the last one.
  absl::Duration AwaitCompleted(const std::string& name) {
    EXPECT_TRUE(WaitFor(
        [&] {
          const auto job = cluster_.FindJob(name);
          return job.ok() && job->state() == v1::JOB_STATE_COMPLETED;
        },
        absl::Minutes(8)))
        << cluster_.CoordinatorLog();
    return absl::Microseconds(
        Number("SELECT (1e6 * extract(epoch FROM max(create_time) - min(create_time)))::bigint "
               "FROM training_data_all WHERE job = '" +
               name + "'"));
  }
  int64_t Number(const std::string& query) {
    const auto rows = cluster_.Query(query);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? test::OnlyNumber(*rows) : -1;
  }
  int64_t EngineMicros(const std::string& job) {
    return Number("SELECT sum(steps[1][3]) FROM training_data_all WHERE job = '" + job + "'");
  }
  // Returns the number of functions for which the two jobs have different values of `column`.
  int64_t Different(const std::string& one, const std::string& other, const std::string& column) {
    return Number(
        "SELECT count(*) FROM training_data_all a JOIN training_data_all b USING (index) "
        "WHERE a.job = '" +
        one + "' AND b.job = '" + other + "' AND a." + column + " IS DISTINCT FROM b." + column);
  }
  void Stop(const std::string& worker) {
    cluster_.SignalWorker(worker, SIGTERM);
    cluster_.AwaitWorker(worker);
  }

  MiniCluster cluster_;
};

// The slow run is also a second run of the same job, so it must give the same table except for
// outcomes on the edge of a budget.
TEST_F(SlowWorkerTest, AQuarterOfTheSpeedGivesTheSameLabelsWithinTheAuditedRate) {
  const test::WorkerSettings settings{.calibrate = true};
  cluster_.StartWorker("fast", settings);
  StartJob("fast", 10);
  const absl::Duration fast = AwaitCompleted("fast");
  // This job does for every function what an audit does for one negative in 200.
  StartJob("patient", 100);
  AwaitCompleted("patient");
  Stop("fast");

  cluster_.StartWorker("slow", settings);
  StartJob("slow", 10);
  absl::Duration slow;
  {
    // The slow one gets a quarter of the fast one's share, which on a busy machine was less than a
    // core.
    const double had = static_cast<double>(EngineMicros("fast")) / absl::ToDoubleMicroseconds(fast);
    const test::Brake brake(cluster_.WorkerPid("slow"), std::clamp(had / 4, 0.04, 0.25));
    slow = AwaitCompleted("slow");
  }
  const int64_t flips = Different("fast", "patient", "success");
  const int64_t labels = Different("fast", "slow", "success");
  const int64_t outcomes = Different("fast", "slow", "outcome");
  // On the edge means that the run that was stopped, or ended just in time, used at least half of
  // its budget.
  const int64_t far_from_the_edge = Number(
      "SELECT count(*) FROM training_data_all a JOIN training_data_all b USING (index) "
      "WHERE a.job = 'fast' AND b.job = 'slow' AND a.outcome <> b.outcome "
      "AND greatest(a.steps[1][3] / a.speed_factor, b.steps[1][3] / b.speed_factor) < 5000");
  std::cout << kFunctions << " functions in " << slow << " instead of " << fast << ": " << labels
            << " labels and " << outcomes << " outcomes differ; ten times the budget changes "
            << flips << " labels\n";
  EXPECT_GT(Number("SELECT count(*) FROM training_data_all WHERE job = 'slow' AND success"), 0);
  // One more is allowed, because a function on the edge may fall to either side of it.
  EXPECT_LE(labels, flips + 1);
  EXPECT_EQ(far_from_the_edge, 0);
  for (const char* column :
       {"integrand", "canonical_hash", "skeleton_hash", "split", "duplicate_of"}) {
    EXPECT_EQ(Different("fast", "slow", column), 0) << "a second run of a job: " << column;
  }
}

}  // namespace
}  // namespace motzkin
