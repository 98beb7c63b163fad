// Runs `motzkin doctor` beside real clusters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/mini_cluster.h"
#include "tests/support/wait_for.h"

namespace motzkin::test {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// Runs the doctor on this state directory. Returns its findings by the name of the check; of two
// with one name the last.
std::map<std::string, Json> Doctor(MiniCluster& cluster, const std::filesystem::path& state,
                                   int code) {
  std::filesystem::remove(cluster.directory() / "motzkin.log");
  const ExitStatus ended = cluster.RunMotzkin({"doctor", "--json", "--state-dir", state.string()});
  EXPECT_EQ(ended.code, code) << cluster.MotzkinLog();
  std::map<std::string, Json> findings;
  const std::string log = cluster.MotzkinLog();
  const Json parsed = Json::parse(log.substr(log.find('[')), nullptr, false);
  EXPECT_FALSE(parsed.is_discarded()) << log;
  for (const Json& finding : parsed) findings[finding["check"]] = finding;
  return findings;
}

TEST(DoctorTest, FromTheNameToTheDatabaseAllIsLookedAtAndTheWorkerIsFound) {
  MiniCluster cluster;
  cluster.StartCoordinator();
  cluster.StartWorker("laptop");
  ASSERT_TRUE(WaitFor([&] {
    const auto workers = cluster.ListWorkers();
    return workers.ok() && workers->size() == 1 && workers->front().results_way() == "direct";
  })) << cluster.WorkerLog("laptop");
  auto findings = Doctor(cluster, cluster.WorkerDirectory("laptop"), 0);
  for (const char* check : {"host name", "port", "TLS", "identity", "clock", "version",
                            "membership", "database", "results", "engines", "page size"}) {
    EXPECT_EQ(findings[check]["health"], "good") << check << ": " << findings[check];
  }
  EXPECT_EQ(findings["worker"]["found"], "laptop is idle: there is no work for it");
  EXPECT_TRUE(findings.contains("sandbox"));
}

TEST(DoctorTest, TheCoordinatorOfAnotherClusterIsTold) {
  MiniCluster ours, theirs;
  ours.StartCoordinator();
  theirs.StartCoordinator();
  theirs.StartWorker("laptop");
  const std::filesystem::path state = theirs.WorkerDirectory("laptop");
  ASSERT_TRUE(WaitFor([&] { return std::filesystem::exists(state / "identity.pem"); }));
  auto findings = Doctor(ours, state, 1);
  EXPECT_EQ(findings["identity"]["health"], "bad");
  EXPECT_THAT(findings["identity"]["found"].get<std::string>(),
              HasSubstr("is not the one that this machine joined: its key has the fingerprint"));
  EXPECT_FALSE(findings.contains("version")) << "what it says of itself is not believed";
}

TEST(DoctorTest, ACoordinatorThatIsAwayIsBad) {
  MiniCluster cluster;
  auto findings = Doctor(cluster, cluster.directory() / "nowhere", 1);
  EXPECT_EQ(findings["port"]["health"], "bad");
  EXPECT_THAT(findings["port"]["cure"].get<std::string>(), HasSubstr("start the coordinator"));
}

TEST(DoctorTest, ADatabaseThatLetsNobodyInIsBad) {
  MiniCluster cluster;
  cluster.StartCoordinator();
  pid_t postgres = 0;
  std::ifstream(cluster.DataDirectory() / "postgres" / "postmaster.pid") >> postgres;
  ASSERT_GT(postgres, 0);
  // Sessions that are open go on, so the coordinator answers; new ones are not begun.
  ASSERT_EQ(kill(postgres, SIGSTOP), 0);
  auto findings = Doctor(cluster, cluster.directory() / "nowhere", 1);
  kill(postgres, SIGCONT);
  EXPECT_EQ(findings["membership"]["health"], "good");
  EXPECT_EQ(findings["database"]["health"], "bad") << findings["database"];
  EXPECT_THAT(findings["database"]["cure"].get<std::string>(), HasSubstr("motzkin events"));
}

}  // namespace
}  // namespace motzkin::test
