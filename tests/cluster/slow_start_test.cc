// A Raspberry Pi starts engines many times slower than a desktop, and its four integrators start at
// the same time. A worker with a tenth of this machine still finds its engines and computes, and a
// coordinator with a tenth makes its database and serves.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "tests/support/brake.h"
#include "tests/support/mini_cluster.h"
#include "tests/support/only_number.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::MiniCluster;
using test::WaitFor;

constexpr double kShare = 0.1;
constexpr int64_t kFunctions = 8;

// A tenth of a core is the most that the worker gets here: beside a build it has less, so the
// patience of this test is much longer than what it takes alone.
constexpr absl::Duration kPatience = absl::Minutes(14);

v1::JobSpec JobOfEveryEngine() {
  v1::JobSpec spec = test::SmallJob("slow", kFunctions);
  for (const char* engine : {"fricas", "sympy"}) {
    v1::LadderStep& step = *spec.add_ladder();
    step.set_engine(engine);
    step.set_budget_ms(200);
  }
  return spec;
}

TEST(SlowStartTest, EveryEngineOfAWorkerWithATenthOfACoreStartsAndComputes) {
  MiniCluster cluster;
  cluster.StartCoordinator();
  cluster.StartJob(JobOfEveryEngine());
  const absl::Time begun = absl::Now();
  cluster.StartWorker("pi", {.slots = 2, .engines = "giac,fricas,sympy", .calibrate = true});
  const test::Brake brake(cluster.WorkerPid("pi"), kShare);
  EXPECT_TRUE(WaitFor(
      [&] {
        const auto workers = cluster.ListWorkers();
        return workers.ok() && !workers->empty();
      },
      kPatience))
      << cluster.WorkerLog("pi");
  std::cout << "connected after " << absl::Now() - begun << "\n";
  EXPECT_TRUE(WaitFor(
      [&] {
        const auto job = cluster.FindJob("slow");
        return job.ok() && job->state() == v1::JOB_STATE_COMPLETED;
      },
      kPatience))
      << cluster.WorkerLog("pi");
  std::cout << "the job completed after " << absl::Now() - begun << "\n";
  EXPECT_EQ(cluster.WorkerLog("pi").find("engine missing"), std::string::npos)
      << cluster.WorkerLog("pi");
  const auto integrated =
      cluster.Query("SELECT count(*) FROM training_data_all WHERE outcome = 'integrated'");
  ASSERT_TRUE(integrated.ok()) << integrated.status();
  EXPECT_GT(test::OnlyNumber(*integrated), 0);
  const auto engines = cluster.Query("SELECT count(DISTINCT engine) FROM engine_steps");
  ASSERT_TRUE(engines.ok()) << engines.status();
  EXPECT_GE(test::OnlyNumber(*engines), 2) << "giac and FriCAS";
}

TEST(SlowStartTest, ACoordinatorWithATenthOfACoreServesAndServesAgainAfterACrash) {
  MiniCluster cluster;
  const auto start = [&](const char* which) {
    const absl::Time begun = absl::Now();
    cluster.StartCoordinator({}, kShare);
    std::cout << "the " << which << " start took " << absl::Now() - begun << "\n";
    cluster.StartJob(test::SmallJob(which, kFunctions));
  };
  start("first");
  cluster.KillCoordinator();  // Its Postgres goes on, and the next coordinator has to stop it.
  start("second");
  EXPECT_TRUE(cluster.FindJob("first").ok());
}

// Whether a process is the program, and no sandbox on its way to it: one that is stopped before it has
// tied its life to that of its parent outlives it.
bool RunsIntegrator(const test::ProcessId& process) {
  std::string name;
  std::getline(std::ifstream("/proc/" + std::to_string(process.pid) + "/comm") >> std::ws, name);
  return name == "integrator";
}

TEST(SlowStartTest, ASignalEndsAWorkerWhoseEnginesStillStart) {
  MiniCluster cluster;
  cluster.StartWorker("slow", {.engines = "giac,fricas,sympy", .calibrate = true});
  std::set<test::ProcessId> integrator;
  ASSERT_TRUE(WaitFor([&] {
    integrator = test::ProcessTree(cluster.WorkerPid("slow"));
    return std::ranges::any_of(integrator, RunsIntegrator);
  })) << cluster.WorkerLog("slow");
  std::erase_if(integrator, [&](const auto& it) { return it.pid == cluster.WorkerPid("slow"); });
  for (const test::ProcessId& process : integrator) ::kill(process.pid, SIGSTOP);
  cluster.SignalWorker("slow", SIGINT);
  const ExitStatus ended = cluster.AwaitWorker("slow", absl::Seconds(60));
  EXPECT_EQ(ended.code, 0) << cluster.WorkerLog("slow");
  EXPECT_NE(cluster.WorkerLog("slow").find("stopped while it started"), std::string::npos)
      << cluster.WorkerLog("slow");
  EXPECT_TRUE(WaitFor([&] { return std::ranges::none_of(integrator, test::IsAlive); }))
      << "processes of its integrator are left";
}

}  // namespace
}  // namespace motzkin
