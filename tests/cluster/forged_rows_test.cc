// One of two workers forges one row in fifty, with the real programs. Its rows are forged where they
// are stored, so that nothing between the worker and the table could have noticed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/job_spec/job_spec.h"
#include "tests/support/mini_cluster.h"
#include "tests/support/wait_for.h"

namespace motzkin {
namespace {

using test::MiniCluster;
using test::WaitFor;
using Json = nlohmann::json;

constexpr int64_t kTarget = 10'000;

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Returns the data files of an export by name.
std::map<std::string, std::string> DataOf(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "data")) {
    files[entry.path().filename().string()] = TextOf(entry.path());
  }
  return files;
}

class ForgedRowsTest : public ::testing::Test {
 protected:
  // Runs as the owner of the private Postgres.
  postgres::Rows Owner(const std::string& sql) {
    const std::filesystem::path data = cluster_.DataDirectory();
    auto connection = postgres::Connection::Open(
        fmt::format("host='{}' port={} user=motzkin_owner dbname=motzkin",
                    (data / "postgres").string(), std::stoi(TextOf(data / "postgres.port"))));
    EXPECT_TRUE(connection.ok()) << connection.status();
    auto rows = (*connection)->Execute(sql);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return *std::move(rows);
  }
  int64_t Number(const std::string& sql) { return Owner(sql).front().Int("n"); }

  // From now on, each 50th row of the worker called "liar" gets a wrong integral, or is another
  // function with its right integral, or has the hash of another row.
  void Forge() {
    Owner(
        "CREATE FUNCTION motzkin.forge() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = motzkin AS $$ DECLARE other result; BEGIN "
        "IF NEW.index % 50 <> 7 OR NEW.worker_id <> (SELECT id FROM worker WHERE name = 'liar') "
        "THEN RETURN NEW; END IF; "
        "SELECT * INTO other FROM result r WHERE r.job_id = NEW.job_id AND r.index < NEW.index "
        " ORDER BY r.index DESC LIMIT 1; "
        "CASE WHEN NEW.index % 3 = 0 OR other.index IS NULL THEN NEW.integral := 'x'; "
        "WHEN NEW.index % 3 = 1 THEN NEW.integrand := other.integrand; "
        " NEW.integral := other.integral; NEW.canonical_hash := other.canonical_hash; "
        " NEW.skeleton_hash := other.skeleton_hash; "
        "ELSE NEW.canonical_hash := other.canonical_hash; END CASE; RETURN NEW; END $$");
    Owner(
        "CREATE TRIGGER forge BEFORE INSERT ON motzkin.result FOR EACH ROW "
        "EXECUTE FUNCTION motzkin.forge()");
  }

  void Start(const std::string& job) {
    // No engine runs, so an honest run is the same on any machine.
    v1::JobSpec spec = JobFromPreset("lample-charton", v1::KIND_BACKWARD).value();
    spec.set_name(job);
    spec.set_target(kTarget);
    spec.clear_ladder();
    v1::LadderStep& step = *spec.add_ladder();
    step.set_engine("giac");
    step.set_budget_ms(60);
    cluster_.StartJob(spec);
  }
  bool AwaitCompletion(const std::string& job) {
    return WaitFor(
        [&] {
          const auto found = cluster_.FindJob(job);
          return found.ok() && found->state() == v1::JOB_STATE_COMPLETED;
        },
        absl::Minutes(20));
  }
  std::string StateOf(const std::string& worker) {
    const auto workers = cluster_.ListWorkers();
    if (!workers.ok()) return "";
    for (const v1::Worker& known : *workers) {
      if (known.name() == worker) return known.state() + ": " + known.reason();
    }
    return "";
  }
  std::filesystem::path Export(const std::string& job, const std::string& name) {
    const std::filesystem::path path = cluster_.directory() / name;
    const ExitStatus ended =
        cluster_.RunMotzkin({"export", job, path.string(), "--kinds", "backward"});
    EXPECT_EQ(ended.code, 0) << cluster_.MotzkinLog();
    return path;
  }

  MiniCluster cluster_;
};

TEST_F(ForgedRowsTest, AreFoundLeftOutAndComputedAgainAsInAnHonestRun) {
  cluster_.StartCoordinator({"--audit-integrals", "10"});
  Forge();
  cluster_.StartWorker("honest");
  cluster_.StartWorker("liar");
  // The liar computes half of the job alone, however fast the other one is. So it forges a hundred
  // rows, and the chance that none of them is audited is below 1 in 10,000. Its audits wait meanwhile,
  // because another worker is known.
  ASSERT_TRUE(WaitFor([&] { return !StateOf("honest").empty() && !StateOf("liar").empty(); }));
  ASSERT_EQ(cluster_.RunMotzkin({"suspend", "honest"}).code, 0) << cluster_.MotzkinLog();
  Start("forged");
  const auto half = [&] {
    return Number("SELECT count(*) AS n FROM motzkin.result") >= kTarget / 2;
  };
  ASSERT_TRUE(WaitFor(half, absl::Minutes(10))) << cluster_.CoordinatorLog();
  ASSERT_EQ(cluster_.RunMotzkin({"resume", "honest"}).code, 0) << cluster_.MotzkinLog();
  const auto drained = [&] { return StateOf("liar").starts_with("draining: worker honest found"); };
  ASSERT_TRUE(WaitFor(drained, absl::Minutes(10)))
      << StateOf("liar") << cluster_.CoordinatorLog() << cluster_.WorkerLog("honest");
  ASSERT_TRUE(AwaitCompletion("forged")) << cluster_.CoordinatorLog();
  const int64_t forged = Number(
      "SELECT count(*) AS n FROM motzkin.result r JOIN motzkin.worker w ON w.id = r.worker_id "
      "WHERE w.name = 'liar' AND r.index % 50 = 7");
  std::cout << forged << " rows were forged before the worker was drained\n";
  ASSERT_GT(forged, 0);
  EXPECT_EQ(Number("SELECT count(*) AS n FROM motzkin.training_data_all r JOIN motzkin.workers w "
                   "USING (worker_id) WHERE w.worker = 'liar' AND r.success AND NOT EXISTS ("
                   "SELECT FROM motzkin.audits a WHERE a.index = r.index AND a.agrees)"),
            0)
      << "no unaudited row of it has a label";

  const std::filesystem::path left = Export("forged", "left");
  const Json report = Json::parse(TextOf(left / "export.json"));
  EXPECT_EQ(report["excluded"]["failed_check"], forged);
  EXPECT_EQ(report["failed_check"]["liar"]["rows"], forged);
  EXPECT_EQ(report["failed_check"].size(), 1u);
  EXPECT_THAT(TextOf(left / "README.md"), ::testing::HasSubstr("of worker liar"));

  ASSERT_EQ(cluster_.RunMotzkin({"void", "liar"}).code, 0) << cluster_.MotzkinLog();
  ASSERT_TRUE(AwaitCompletion("forged")) << cluster_.CoordinatorLog();
  Start("honest");
  ASSERT_TRUE(AwaitCompletion("honest")) << cluster_.CoordinatorLog();
  const auto repaired = DataOf(Export("forged", "repaired"));
  const auto honest = DataOf(Export("honest", "honest"));
  EXPECT_EQ(repaired, honest) << "byte for byte";
  EXPECT_EQ(Json::parse(TextOf(cluster_.directory() / "repaired/export.json"))["failed_check"],
            Json::object());
  // The export from before holds none of the forged rows: each of its rows is one of the honest run,
  // if only as the repetition of a function whose first row was forged.
  std::map<int64_t, std::pair<std::string, std::string>> rows;
  for (const postgres::Row row :
       Owner("SELECT index, integrand, coalesce(integral, '') AS integral FROM "
             "motzkin.training_data_all WHERE job = 'honest'")) {
    rows[row.Int("index")] = {row.Text("integrand"), row.Text("integral")};
  }
  std::ifstream lines(left / "data/train-00000-of-00001.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const Json row = Json::parse(line);
    EXPECT_EQ(Json(rows.at(row["index"]).first), row["integrand"]);
    EXPECT_EQ(Json(rows.at(row["index"]).second), row["integral"]);
  }
}

}  // namespace
}  // namespace motzkin
