// Tests audits of negative labels with the real programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "tests/support/mini_cluster.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::MiniCluster;
using test::WaitFor;

constexpr int64_t kTarget = 2000;
// Which functions are audited differs from run to run, so more of them make the figures steady.
const std::vector<std::string> kFlags = {"--audit-negatives", "100"};

bool AwaitAudits(MiniCluster& cluster) {
  return WaitFor(
      [&] {
        const auto job = cluster.FindJob("audited");
        return job.ok() && job->state() == v1::JOB_STATE_COMPLETED &&
               job->label_flips().open() == 0 && job->label_flips().audited() > 0;
      },
      absl::Minutes(4));
}

// Budgets of 60 ms are too small for every function; those of audits, 600 ms, are enough.
TEST(AuditTest, LabelsThatMoreTimeWouldChangeAreFoundByTheOtherWorker) {
  MiniCluster cluster;
  cluster.StartCoordinator(kFlags);
  const test::WorkerSettings settings{.script = {"--has", "giac=1.2.3", "--solve-from", "500"}};
  cluster.StartWorker("first", settings);
  cluster.StartJob(test::SmallJob("audited", kTarget));
  ASSERT_TRUE(WaitFor(
      [&] {
        const auto job = cluster.FindJob("audited");
        return job.ok() && job->stored() > 0;
      },
      absl::Minutes(2)));
  cluster.StartWorker("second", settings);
  ASSERT_TRUE(AwaitAudits(cluster)) << cluster.CoordinatorLog() << cluster.WorkerLog("first");

  const auto flips = cluster.FindJob("audited")->label_flips();
  std::cout << flips.audited() << " of " << kTarget << " negatives audited, " << flips.flips()
            << " flipped, 95 % interval " << flips.lower() << " .. " << flips.upper() << "\n";
  EXPECT_EQ(flips.flips(), flips.audited());
  EXPECT_GT(flips.lower(), 0.5);
  const auto rows = cluster.Query(
      "SELECT count(*) AS audits, count(*) FILTER (WHERE worker <> first_worker) AS elsewhere, "
      "count(*) FILTER (WHERE first_outcome = 'timed_out' AND outcome = 'integrated') AS flips, "
      "(SELECT count(*) FROM training_data_all) AS rows, "
      "(SELECT count(*) FROM training_data_all WHERE success IS NOT FALSE) AS changed FROM audits");
  ASSERT_TRUE(rows.ok()) << rows.status();
  const postgres::Row found = rows->front();
  EXPECT_EQ(found.Int("audits"), flips.audited());
  EXPECT_GT(found.Int("elsewhere"), 0) << "another worker where there is one";
  EXPECT_EQ(found.Int("flips"), flips.audited());
  EXPECT_EQ(found.Int("rows"), kTarget) << "an audit is not a second result";
  EXPECT_EQ(found.Int("changed"), 0) << "and changes no label";
}

// The only worker is killed again and again while it audits, and still every audit is done in the
// end.
TEST(AuditTest, AuditsSurviveTheDeathsOfTheirWorkerAndOfTheCoordinator) {
  MiniCluster cluster;
  cluster.StartCoordinator(kFlags);
  const test::WorkerSettings settings{.script = {"--has", "giac=1.2.3"}};
  cluster.StartWorker("mortal", settings);
  cluster.StartJob(test::SmallJob("audited", kTarget));
  const auto audited = [&] {
    const auto job = cluster.FindJob("audited");
    return job.ok() ? job->label_flips().audited() : 0;
  };
  ASSERT_TRUE(WaitFor([&] { return audited() > 0; }, absl::Minutes(2)));
  cluster.KillWorker("mortal");
  cluster.KillCoordinator();
  cluster.StartWorker("mortal", settings);
  cluster.StartCoordinator(kFlags);
  ASSERT_TRUE(AwaitAudits(cluster)) << cluster.CoordinatorLog() << cluster.WorkerLog("mortal");
  EXPECT_EQ(cluster.FindJob("audited")->label_flips().flips(), 0);
}

}  // namespace
}  // namespace motzkin
