// Tests the real programs together: coordinator, its Postgres, workers and integrators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "common/base/clock.h"
#include "tests/support/mini_cluster.h"
#include "tests/support/only_number.h"
#include "tests/support/seed.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::IsAlive;
using test::MiniCluster;
using test::ProcessId;
using test::ProcessTree;
using test::SmallJob;
using test::WaitFor;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr absl::Duration kJobMax = absl::Minutes(4);

bool AwaitStored(MiniCluster& cluster, const std::string& name, int64_t rows) {
  return WaitFor(
      [&] {
        const auto job = cluster.FindJob(name);
        return job.ok() && job->stored() >= rows;
      },
      kJobMax);
}

bool AwaitCompleted(MiniCluster& cluster, const std::string& name) {
  return WaitFor(
      [&] {
        const auto job = cluster.FindJob(name);
        return job.ok() && job->state() == v1::JOB_STATE_COMPLETED;
      },
      kJobMax);
}

// Expects exactly one row for every index below `target`.
void ExpectEachIndexOnce(MiniCluster& cluster, const std::string& job, int64_t target) {
  const auto rows = cluster.Query(
      "SELECT count(*) AS rows, count(DISTINCT index) AS indices, min(index), max(index) FROM "
      "training_data_all "
      "WHERE job = '" +
      job + "'");
  ASSERT_TRUE(rows.ok()) << rows.status();
  const postgres::Row there = rows->front();
  EXPECT_EQ(there.Int("rows"), there.Int("indices")) << "an index twice";
  EXPECT_EQ(there.Int("min"), 0);
  EXPECT_GE(there.Int("rows"), target);
  EXPECT_EQ(there.Int("max"), there.Int("rows") - 1) << "an index is missing";
}

// Expects every acknowledged row to be stored, with the same function.
void ExpectAcknowledgedRowsStored(MiniCluster& cluster, const std::string& job,
                                  const std::vector<std::string>& acknowledged) {
  const auto rows = cluster.Query(
      "SELECT index, canonical_hash FROM training_data_all WHERE job = '" + job + "'");
  ASSERT_TRUE(rows.ok()) << rows.status();
  std::map<int64_t, uint64_t> hash_of;
  for (const postgres::Row row : *rows) {
    hash_of[row.Int("index")] = static_cast<uint64_t>(row.Int("canonical_hash"));
  }
  for (const std::string& line : acknowledged) {
    std::istringstream fields(line);
    std::string uuid, outcome;
    int64_t index = 0, attempt = 0;
    uint64_t hash = 0;
    // A kill may have cut the line.
    if (!(fields >> uuid >> index >> attempt >> outcome >> std::hex >> hash)) continue;
    ASSERT_TRUE(hash_of.contains(index)) << "acknowledged and lost: " << line;
    EXPECT_EQ(hash_of[index], hash) << line;
  }
}

void ExpectGone(const std::set<ProcessId>& processes) {
  for (const ProcessId& process : processes) {
    EXPECT_TRUE(WaitFor([&] { return !IsAlive(process); }, absl::Seconds(20)))
        << "left behind: pid " << process.pid;
  }
}

TEST(ClusterTest, AWorkerWaitsForItsCoordinatorAndTogetherTheyFinishAJob) {
  MiniCluster cluster;
  cluster.StartWorker("early");
  ASSERT_TRUE(
      WaitFor([&] { return cluster.WorkerLog("early").find("retrying in") != std::string::npos; }));
  EXPECT_THAT(
      cluster.WorkerLog("early"),
      ContainsRegex("coordinator 127.0.0.1:[0-9]+: cannot connect \\(connection refused\\); "
                    "retrying in [0-9]+ s"));
  cluster.StartCoordinator();
  cluster.StartJob(SmallJob("small", 40));
  ASSERT_TRUE(AwaitCompleted(cluster, "small")) << cluster.WorkerLog("early");
  ExpectEachIndexOnce(cluster, "small", 40);
  const auto integrated =
      cluster.Query("SELECT count(*) FROM training_data_all WHERE outcome = 'integrated'");
  ASSERT_TRUE(integrated.ok()) << integrated.status();
  EXPECT_GT(test::OnlyNumber(*integrated), 0);

  const std::set<ProcessId> tree = ProcessTree(cluster.WorkerPid("early"));
  EXPECT_GE(tree.size(), 2u) << "worker and integrator";
  cluster.SignalWorker("early", SIGTERM);
  EXPECT_EQ(cluster.AwaitWorker("early").code, 0);
  ExpectGone(tree);
  std::ifstream file(cluster.WorkerDirectory("early") / "usage.json");
  const nlohmann::json usage = nlohmann::json::parse(file);
  EXPECT_GE(usage.at("functions").get<int>(), 40);
  EXPECT_GT(usage.at("cas_seconds").get<double>(), 0);
  EXPECT_GE(usage.at("cpu_seconds").get<double>(), usage.at("cas_seconds").get<double>());
}

TEST(ClusterTest, AStopInTheMiddleOfAJobStoresEveryFinishedFunction) {
  MiniCluster cluster;
  cluster.StartCoordinator();
  cluster.StartWorker("stopped");
  cluster.StartJob(SmallJob("endless", 1'000'000));
  ASSERT_TRUE(AwaitStored(cluster, "endless", 20)) << cluster.WorkerLog("stopped");
  cluster.SignalWorker("stopped", SIGTERM);
  EXPECT_EQ(cluster.AwaitWorker("stopped").code, 0) << cluster.WorkerLog("stopped");
  std::ifstream file(cluster.WorkerDirectory("stopped") / "usage.json");
  const auto computed = nlohmann::json::parse(file).at("functions").get<int64_t>();
  const auto rows = cluster.Query("SELECT count(*) FROM training_data_all");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ(test::OnlyNumber(*rows), computed);
  ExpectAcknowledgedRowsStored(cluster, "endless", cluster.AcknowledgedRows("stopped"));
}

TEST(ClusterTest, AKilledWorkerLeavesNoProcessAndASecondOnItsDirectoryIsTurnedAway) {
  MiniCluster cluster;
  cluster.StartCoordinator();
  cluster.StartWorker("killed");
  cluster.StartJob(SmallJob("endless", 1'000'000));
  ASSERT_TRUE(AwaitStored(cluster, "endless", 1)) << cluster.WorkerLog("killed");
  cluster.StartWorkerOn("killed", "twin");
  EXPECT_EQ(cluster.AwaitWorker("twin").code, 3);
  EXPECT_THAT(cluster.WorkerLog("twin"), HasSubstr("another worker"));
  const std::set<ProcessId> tree = ProcessTree(cluster.WorkerPid("killed"));
  EXPECT_GE(tree.size(), 3u);
  cluster.KillWorker("killed");
  ExpectGone(tree);
}

TEST(ClusterTest, APauseReachesARunningIntegratorWithinASecond) {
  MiniCluster cluster;
  cluster.StartCoordinator();
  cluster.StartWorker("paused");
  v1::JobSpec spec = SmallJob("slow", 1'000'000);
  spec.mutable_ladder(0)->set_budget_ms(600'000);  // so that some function runs for minutes
  cluster.StartJob(spec);
  const auto busy = [&] {
    const auto workers = cluster.ListWorkers();
    return workers.ok() && !workers->empty() ? workers->at(0).slots_busy() : -1;
  };
  ASSERT_TRUE(WaitFor([&] { return busy() == 1; })) << cluster.WorkerLog("paused");
  const SystemClock clock;
  const BootTime begun = clock.Now();
  ASSERT_TRUE(cluster.ControlJob("slow", v1::ControlJobRequest::VERB_PAUSE).ok());
  ASSERT_TRUE(WaitFor([&] { return busy() == 0; }));
  const absl::Duration took = clock.Now() - begun;
  RecordProperty("pause_to_idle_ms", static_cast<int>(absl::ToInt64Milliseconds(took)));
  EXPECT_LT(took, absl::Seconds(5)) << "1 s is the promise; this machine may be busy";
}

// Two workers and the coordinator are killed at random, for $MOTZKIN_CHAOS_SECONDS.
TEST(ClusterTest, RandomKillsLoseNothingAndCountNothingTwice) {
  const char* const given = std::getenv("MOTZKIN_CHAOS_SECONDS");
  const absl::Duration chaos = absl::Seconds(given == nullptr ? 20 : std::atoi(given));
  const test::Seed seed;
  std::mt19937_64 random(seed);
  const auto target = 150 + 20 * absl::ToInt64Seconds(chaos);

  MiniCluster cluster;
  cluster.StartCoordinator();
  const std::vector<std::string> names = {"one", "two"};
  for (const std::string& name : names) cluster.StartWorker(name);
  cluster.StartJob(SmallJob("chaos", target));

  const SystemClock clock;
  const BootTime until = clock.Now() + chaos;
  int worker_kills = 0, coordinator_kills = 0;
  while (clock.Now() < until) {
    const absl::Duration calm = absl::Milliseconds(500 + random() % 4000);
    const auto next = std::min(clock.Now() + calm, until);
    WaitFor([&] { return clock.Now() >= next; });
    if (random() % 4 == 0) {
      cluster.KillCoordinator();
      cluster.StartCoordinator();
      ++coordinator_kills;
    } else {
      const std::string& name = names[random() % names.size()];
      const std::set<ProcessId> tree = ProcessTree(cluster.WorkerPid(name));
      cluster.KillWorker(name);
      ExpectGone(tree);
      cluster.StartWorker(name);
      ++worker_kills;
    }
  }
  EXPECT_GE(worker_kills + coordinator_kills, 3);
  RecordProperty("worker_kills", worker_kills);
  RecordProperty("coordinator_kills", coordinator_kills);
  ASSERT_TRUE(AwaitCompleted(cluster, "chaos"))
      << cluster.CoordinatorLog() << cluster.WorkerLog("one") << cluster.WorkerLog("two");
  ExpectEachIndexOnce(cluster, "chaos", target);
  for (const std::string& name : names) {
    ExpectAcknowledgedRowsStored(cluster, "chaos", cluster.AcknowledgedRows(name));
    const std::set<ProcessId> tree = ProcessTree(cluster.WorkerPid(name));
    cluster.SignalWorker(name, SIGTERM);
    EXPECT_EQ(cluster.AwaitWorker(name).code, 0);
    ExpectGone(tree);
  }
}

}  // namespace
}  // namespace motzkin
