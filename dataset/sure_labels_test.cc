#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "dataset/testing/dataset_fixture.h"

namespace motzkin::dataset {
namespace {

using coordinator::Must;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class SureLabelsTest : public DatasetFixture {
 protected:
  // Stores the answer of an audit.
  void Audit(const coordinator::JobRecord& job, int64_t index, const std::string& first_outcome,
             const std::string& outcome, const std::string& answer_class) {
    Must(sql().Execute(
        "INSERT INTO audit (job_id, index, first_outcome, first_worker_id, outcome, answer_class, worker_id) "
        "SELECT $1, $2, $3::outcome, id, $4::outcome, nullif($5, '')::answer_class, id FROM worker "
        "ON CONFLICT (job_id, index) DO UPDATE SET first_outcome = excluded.first_outcome, "
        "outcome = excluded.outcome, answer_class = excluded.answer_class, worker_id = excluded.worker_id",
        postgres::Params()
            .Int(job.id)
            .Int(index)
            .Text(first_outcome)
            .Text(outcome)
            .Text(answer_class)));
  }
};

TEST_F(SureLabelsTest, FunctionsThatTimedOutAreLeftOutAndCounted) {
  MadeJob("demo", v1::KIND_FORWARD, 400);
  ExportReport all, sure;
  MustExport("demo", {}, &all);
  ExportOptions options;
  options.labels = Labels::kSure;
  const std::filesystem::path path = MustExport("demo", options, &sure);
  const auto unsure = sure.excluded[static_cast<size_t>(Exclusion::kUnsure)];
  // One row in 16 timed out; some of them are duplicates.
  EXPECT_GE(unsure, 20);
  EXPECT_LE(unsure, 25);
  EXPECT_EQ(all.excluded[static_cast<size_t>(Exclusion::kUnsure)], 0);
  EXPECT_GT(all.exported.outcomes[v1::OUTCOME_TIMED_OUT], 0);
  EXPECT_EQ(sure.exported.outcomes[v1::OUTCOME_TIMED_OUT], 0);
  EXPECT_EQ(sure.exported.outcomes[v1::OUTCOME_UNSOLVED],
            all.exported.outcomes[v1::OUTCOME_UNSOLVED]);
  EXPECT_THAT(TextOf(path / "README.md"), HasSubstr(" --labels sure"));
  EXPECT_EQ(Json::parse(TextOf(path / "export.json"))["options"]["labels"], "sure");
}

TEST_F(SureLabelsTest, TheCardSaysHowOftenANegativeOfEachOutcomeWasWrong) {
  const coordinator::JobRecord job = MadeJob("demo", v1::KIND_FORWARD, 400);
  Must(sql().Execute("DELETE FROM audit"));
  EXPECT_THAT(TextOf(MustExport("demo", {}) / "README.md"), HasSubstr("Here none has been yet."));
  for (int64_t i = 0; i < 8; ++i) {
    Audit(job, i, "timed_out", i == 0 ? "integrated" : "timed_out", i == 0 ? "elementary" : "");
  }
  Audit(job, 8, "unsolved", "unsolved", "");
  // An integral that does not count under the job's convention, and audits of positives and of
  // other indices, are no flips.
  Audit(job, 9, "unsolved", "integrated", "special");
  Audit(job, 10, "integrated", "integrated", "elementary");
  Audit(job, 399, "timed_out", "integrated", "elementary");
  ExportOptions options;
  options.end = 390;
  const std::filesystem::path path = MustExport("demo", options);
  const std::string card = TextOf(path / "README.md");
  EXPECT_THAT(card, HasSubstr("| timed_out | 8 | 1 | 12.5 %, 2.2 to 47.1 % |\n"));
  EXPECT_THAT(card, HasSubstr("| unsolved | 2 | 0 | 0.0 %, 0.0 to 65.8 % |\n"));
  EXPECT_THAT(card, Not(HasSubstr("| nonelementary | 0 |")));
  const Json flips = Json::parse(TextOf(path / "export.json"))["label_flips"];
  EXPECT_EQ(flips["timed_out"]["flips"], 1);
  EXPECT_EQ(flips.size(), 2u);
}

}  // namespace
}  // namespace motzkin::dataset
