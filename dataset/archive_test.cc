#include "dataset/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "common/job_spec/job_yaml.h"
#include "common/postgres/connection.h"
#include "dataset/archive_check.h"
#include "dataset/testing/dataset_fixture.h"

namespace motzkin::dataset {
namespace {

using coordinator::Must;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class ArchiveTest : public DatasetFixture {
 protected:
  absl::StatusOr<ArchiveReport> TryArchive(const std::filesystem::path& path) {
    Reader reader = MakeReader();
    ArchiveOptions options;
    options.shard_rows = 100;
    return Archive(reader, "demo", path, options, Silently);
  }

  void End(const coordinator::JobRecord& job) {
    Must(sql().Execute("UPDATE job SET state = 'cancelled' WHERE id = $1",
                       postgres::Params().Int(job.id)));
  }
};

TEST_F(ArchiveTest, EveryRowIsThereWithEveryColumn) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 250);
  // These rows are stored, though not sealed.
  Must(AllocateBatch(store(), job.id, 10));
  AddRows(job, 20);
  End(job);
  Must(
      sql().Execute("INSERT INTO audit (job_id, index, first_outcome, first_worker_id) "
                    "VALUES ($1, 3, 'timed_out', 1) ON CONFLICT DO NOTHING",
                    postgres::Params().Int(job.id)));
  const std::filesystem::path path = FreshPath();
  EXPECT_EQ(Must(TryArchive(path)).rows, 270);
  EXPECT_THAT(TextOf(path / "audits/00000.jsonl"), HasSubstr("\"index\":3,"));

  int64_t rows = 0;
  for (const char* name : {"00000.jsonl", "00001.jsonl", "00002.jsonl"}) {
    std::ifstream file(path / "results" / name);
    for (std::string line; std::getline(file, line); ++rows) {
      const Json row = Json::parse(line);
      const auto stored = Must(sql().Execute(
          "SELECT row_to_json(r)::text AS line FROM training_data_all r WHERE index = $1",
          postgres::Params().Int(row["index"].get<int64_t>())));
      EXPECT_EQ(row, Json::parse(stored.front().Text("line")));
    }
  }
  EXPECT_EQ(rows, 270);
  const Json about = Json::parse(TextOf(path / "job.json"));
  EXPECT_EQ(about["rows"], 270);
  std::set<std::string> engines;
  for (const Json& engine : about["engines"]) engines.insert(engine["engine"].get<std::string>());
  EXPECT_TRUE(engines.contains("giac"));
  EXPECT_EQ(about["workers"][0]["worker"], "worker-1");
}

TEST_F(ArchiveTest, TheSpecReadsBackAndTheChecksumsHold) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 50);
  End(job);
  const std::filesystem::path path = FreshPath();
  Must(TryArchive(path));
  const auto spec = ParseJobYaml(TextOf(path / "job.yaml"), "job.yaml");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->SerializeAsString(), job.spec.SerializeAsString());
  const std::string check = "cd " + path.string() + " && sha256sum --quiet -c SHA256SUMS";
  EXPECT_EQ(std::system(check.c_str()), 0);
}

TEST_F(ArchiveTest, AJobThatIsNotOverIsRefused) {
  MadeJob("demo", v1::KIND_FORWARD, 50);
  const absl::Status refused = TryArchive(FreshPath()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("motzkin cancel demo"));
}

TEST_F(ArchiveTest, RowsThatAreCountedButNotFoundAreNoticed) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 50);
  End(job);
  Must(sql().Execute("DELETE FROM result WHERE index = 7"));
  EXPECT_TRUE(absl::IsDataLoss(TryArchive(FreshPath()).status()));
  EXPECT_TRUE(std::filesystem::is_empty(directory()));
}

TEST_F(ArchiveTest, AnArchiveSaysWhatItHoldsAndWhetherItIsWhole) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 250);
  End(job);
  Must(sql().Execute(
      "INSERT INTO audit (job_id, index, first_outcome, first_worker_id, outcome, worker_id) "
      "VALUES ($1, 3, 'timed_out', 1, 'timed_out', 1), ($1, 5, 'timed_out', 1, NULL, NULL) "
      "ON CONFLICT DO NOTHING",
      postgres::Params().Int(job.id)));
  const std::filesystem::path path = FreshPath();
  EXPECT_FALSE(IsArchive(path));
  EXPECT_TRUE(absl::IsNotFound(DescribeArchive(path).status()));
  Must(TryArchive(path));
  EXPECT_TRUE(IsArchive(path));
  const ArchiveDescription about = Must(DescribeArchive(path));
  EXPECT_EQ(about.job, "demo");
  EXPECT_EQ(about.uuid, job.uuid);
  EXPECT_EQ(about.rows, 250);
  EXPECT_EQ(about.audited, 1);
  EXPECT_EQ(about.sha256.size(), 32u);
  EXPECT_TRUE(CheckArchive(path).ok());
  std::ofstream(path / "results/00001.jsonl", std::ios::app) << "\n";
  EXPECT_THAT(std::string(CheckArchive(path).message()),
              HasSubstr("results/00001.jsonl is not as"));
  std::filesystem::remove(path / "results/00001.jsonl");
  EXPECT_TRUE(absl::IsDataLoss(CheckArchive(path)));
}

TEST_F(ArchiveTest, WithoutItsRowsAJobIsNeitherArchivedNorExported) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 250);
  End(job);
  ASSERT_TRUE(store()
                  .MarkArchived(job.id, {.rows = 250, .audited = 0, .sha256 = std::string(32, 's')})
                  .ok());
  while (Must(store().DropArchived(job.id))) {
  }
  Reader reader = MakeReader();
  for (const absl::Status& refused : {TryArchive(FreshPath()).status(),
                                      Export(reader, "demo", FreshPath(), {}, Silently).status()}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("were archived on"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory()));
}

}  // namespace
}  // namespace motzkin::dataset
