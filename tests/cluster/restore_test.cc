// Tests that backups made by the real programs can be restored elsewhere while workers keep
// running.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/support/mini_cluster.h"
#include "tests/support/only_number.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::MiniCluster;
using test::SmallJob;
using test::WaitFor;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Minutes(5);

int64_t Number(MiniCluster& cluster, const std::string& sql) {
  const auto rows = cluster.Query(sql);
  return rows.ok() ? test::OnlyNumber(*rows) : -1;
}

int64_t Stored(MiniCluster& cluster) {
  const auto job = cluster.FindJob("job");
  return job.ok() ? job->stored() : -1;
}

bool RowsWaitOnDisk(const MiniCluster& cluster, const std::string& worker) {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(cluster.WorkerDirectory(worker))) {
    if (entry.path().extension() == ".spool" && entry.file_size() > 0) return true;
  }
  return false;
}

void ExpectEachIndexOnce(MiniCluster& cluster, int64_t target) {
  const auto rows = cluster.Query(
      "SELECT count(*) AS rows, count(DISTINCT index) AS indices, min(index), max(index) FROM "
      "training_data_all");
  ASSERT_TRUE(rows.ok()) << rows.status();
  const postgres::Row there = rows->front();
  EXPECT_EQ(there.Int("rows"), there.Int("indices")) << "an index twice";
  EXPECT_EQ(there.Int("min"), 0);
  EXPECT_EQ(there.Int("max"), target - 1);
  EXPECT_EQ(there.Int("rows"), target) << "an index is missing";
}

// The backup is taken while the worker works, and more is stored after it. Then the coordinator's
// disk dies, the worker goes on and spools, and the backup is restored into another directory.
TEST(RestoreTest, AWorkerThatKeepsRunningFinishesTheJobOfARestoredCluster) {
  constexpr int64_t kTarget = 250;
  MiniCluster cluster;
  cluster.StartCoordinator();
  cluster.StartWorker("keeps");
  cluster.StartJob(SmallJob("job", kTarget));
  ASSERT_TRUE(WaitFor([&] { return Stored(cluster) >= 20; }, kPatience))
      << cluster.WorkerLog("keeps");
  const std::string backup = cluster.directory() / "backup";
  ASSERT_EQ(cluster.RunMotzkin({"backup", backup}).code, 0) << cluster.MotzkinLog();
  EXPECT_EQ(cluster.RunMotzkin({"backup", backup}).code, 1) << "a backup is never overwritten";
  for (const char* file : {"/database.dump", "/manifest.json"}) {
    EXPECT_EQ(std::filesystem::status(backup + file).permissions(), std::filesystem::perms(0600));
  }
  const int64_t before = Stored(cluster);
  ASSERT_TRUE(WaitFor([&] { return Stored(cluster) >= before + 40; }, kPatience));

  cluster.DestroyCoordinator();
  ASSERT_TRUE(WaitFor([&] { return RowsWaitOnDisk(cluster, "keeps"); }, kPatience))
      << cluster.WorkerLog("keeps");
  cluster.UseDataDirectory("second");
  const std::string second = cluster.DataDirectory();
  // The remains of a restore that was killed are not a database.
  std::filesystem::create_directories(second + "/restore.partial/postgres");
  std::ofstream(second + "/restore.partial/postgres/PG_VERSION") << "15";
  ASSERT_EQ(cluster.RunMotzkin({"restore", backup, "--data-dir", second}).code, 0)
      << cluster.MotzkinLog();
  EXPECT_EQ(cluster.RunMotzkin({"restore", backup, "--data-dir", backup}).code, 2)
      << "a backup must not become what it is restored into";
  EXPECT_TRUE(std::filesystem::exists(backup + "/manifest.json"));
  EXPECT_EQ(cluster.RunMotzkin({"restore", backup, "--data-dir", second}).code, 1)
      << "a cluster is never overwritten";
  cluster.StartCoordinator();

  ASSERT_TRUE(WaitFor(
      [&] {
        const auto job = cluster.FindJob("job");
        return job.ok() && job->state() == v1::JOB_STATE_COMPLETED;
      },
      kPatience))
      << cluster.CoordinatorLog() << cluster.WorkerLog("keeps");
  ExpectEachIndexOnce(cluster, kTarget);
  EXPECT_GT(Number(cluster, "SELECT count(*) FROM training_data_all WHERE attempt > 1000000"), 0)
      << "leases of the second incarnation";
  EXPECT_FALSE(RowsWaitOnDisk(cluster, "keeps")) << "everything it held was sent again";
  ASSERT_EQ(cluster.RunMotzkin({"events"}).code, 0);
  EXPECT_THAT(cluster.MotzkinLog(), HasSubstr("database restored from the backup of "));
  cluster.SignalWorker("keeps", SIGTERM);
  EXPECT_EQ(cluster.AwaitWorker("keeps").code, 0) << cluster.WorkerLog("keeps");
}

TEST(RestoreTest, WhatIsNoBackupIsRefusedInOneLineAndLeavesNothing) {
  MiniCluster cluster;
  const std::string target = cluster.directory() / "target";
  const auto refuse = [&](const std::string& backup, const std::string& why) {
    EXPECT_EQ(cluster.RunMotzkin({"restore", backup, "--data-dir", target}).code, 1);
    EXPECT_THAT(cluster.MotzkinLog(), HasSubstr(why));
    EXPECT_FALSE(std::filesystem::exists(target + "/postgres")) << backup;
  };
  const std::filesystem::path backup = cluster.directory() / "backup";
  refuse(backup, "is not a backup");
  std::filesystem::create_directory(backup);
  std::ofstream(backup / "manifest.json") << "{";
  refuse(backup, "is damaged");
  std::ofstream(backup / "manifest.json") << R"({"format": "one"})";
  refuse(backup, "is damaged");
  std::ofstream(backup / "manifest.json") << R"({"format": 2})";
  refuse(backup, "of a newer Motzkin");
  std::ofstream(backup / "manifest.json")
      << R"({"format": 1, "time": 1, "cluster_uuid": "u", "bytes": 5, "functions": 1})";
  refuse(backup, "is damaged");
  std::ofstream(backup / "manifest.json")
      << R"({"format": 1, "time": 1, "cluster_uuid": "u", "bytes": 5, "functions": 1, "jobs": 1})";
  refuse(backup, "is not whole");
  std::ofstream(backup / "database.dump") << "dumps";
  refuse(backup, "pg_restore failed");
  EXPECT_EQ(cluster.RunMotzkin({"backup", target + "-backup", "--data-dir", target}).code, 1);
  EXPECT_THAT(cluster.MotzkinLog(), HasSubstr("there is no database in"));
}

}  // namespace
}  // namespace motzkin
