// Tests jobs that pin their engines, with the real programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/mini_cluster.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::MiniCluster;
using test::WaitFor;

class EnginePinsTest : public ::testing::Test {
 protected:
  EnginePinsTest() { cluster_.StartCoordinator(); }

  void StartWorker(const std::string& name, const std::vector<std::string>& engines) {
    test::WorkerSettings settings;
    for (const std::string& engine : engines) {
      settings.script.insert(settings.script.end(), {"--has", engine});
    }
    cluster_.StartWorker(name, settings);
  }
  // Waits for the reason that the job shows when it does not move.
  bool AwaitReason(const std::string& job, const std::string& reason) {
    return WaitFor(
        [&] {
          const auto found = cluster_.FindJob(job);
          return found.ok() && found->reason() == reason;
        },
        absl::Minutes(1));
  }
  bool AwaitCompleted(const std::string& job) {
    return WaitFor(
        [&] {
          const auto found = cluster_.FindJob(job);
          return found.ok() && found->state() == v1::JOB_STATE_COMPLETED;
        },
        absl::Minutes(3));
  }

  MiniCluster cluster_;
};

TEST_F(EnginePinsTest, OnlyAWorkerThatHasAllAJobAsksForIsGivenIt) {
  v1::JobSpec spec = test::SmallJob("pinned", 30);
  v1::LadderStep& fricas = *spec.add_ladder();
  fricas.set_engine("fricas");
  fricas.set_budget_ms(60);
  (*spec.mutable_engine_versions())["giac"] = "1.9.0";
  (*spec.mutable_engine_versions())["fricas"] = ">=1.3.8";

  StartWorker("without", {"giac=1.9.0"});
  cluster_.StartJob(spec);
  EXPECT_TRUE(AwaitReason("pinned", "blocked: no worker has fricas >= 1.3.8"));
  StartWorker("old", {"giac=1.9.0", "fricas=1.3.7"});
  StartWorker("other", {"giac=1.9.1", "fricas=1.3.10"});
  EXPECT_TRUE(AwaitReason("pinned",
                          "blocked: no worker has all of generator version 1, canonical form "
                          "version 1, fricas >= 1.3.8, giac 1.9.0"))
      << cluster_.FindJob("pinned")->reason();
  EXPECT_EQ(cluster_.FindJob("pinned")->stored(), 0);

  StartWorker("right", {"giac=1.9.0", "fricas=1.3.10"});
  ASSERT_TRUE(AwaitCompleted("pinned")) << cluster_.CoordinatorLog();
  EXPECT_TRUE(AwaitReason("pinned", ""));
  const auto rows = cluster_.Query(
      "SELECT count(*) AS rows, count(DISTINCT worker_id) AS workers, "
      "(SELECT string_agg(DISTINCT engine || ' ' || engine_version, ', ') FROM engine_steps) AS "
      "engines FROM training_data_all");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(rows->front().Int("rows"), 30);
  EXPECT_EQ(rows->front().Int("workers"), 1);
  EXPECT_EQ(rows->front().Text("engines"), "fricas 1.3.10, giac 1.9.0")
      << "each step of these failures names its exact engine";
}

// The package was upgraded under a running worker, so its next integrator is another engine.
TEST_F(EnginePinsTest, AnEngineThatChangesUnderARunningWorkerIsNotUsed) {
  StartWorker("upgraded", {"giac=1.9.0"});
  v1::JobSpec spec = test::SmallJob("pinned", 1'000'000);
  cluster_.StartJob(spec);
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto job = cluster_.FindJob("pinned");
        return job.ok() && job->stored() > 0;
      },
      absl::Minutes(1)));
  cluster_.WriteScript("upgraded", {"--has", "giac=1.9.1"});
  for (const test::ProcessId& process : test::ProcessTree(cluster_.WorkerPid("upgraded"))) {
    if (process.pid != cluster_.WorkerPid("upgraded")) kill(process.pid, SIGKILL);
  }
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto workers = cluster_.ListWorkers();
        return workers.ok() && workers->size() == 1 && workers->at(0).state() == "draining";
      },
      absl::Minutes(2)));
  EXPECT_THAT(cluster_.ListWorkers()->at(0).reason(),
              ::testing::HasSubstr("giac is 1.9.1 now and was 1.9.0"));
  const auto versions = cluster_.Query("SELECT DISTINCT engine_version FROM engine_steps");
  ASSERT_TRUE(versions.ok()) << versions.status();
  ASSERT_EQ(versions->size(), 1u);
  EXPECT_EQ(versions->front().Text("engine_version"), "1.9.0");
}

}  // namespace
}  // namespace motzkin
