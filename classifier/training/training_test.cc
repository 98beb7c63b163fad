#include "classifier/training/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "classifier/model_file.h"
#include "classifier/training/testing/small_export.h"
#include "classifier/training/training_report.h"
#include "tests/support/seed.h"
#include "tests/support/temporary_directory.h"

namespace motzkin::classifier {
namespace {

using ::testing::HasSubstr;

class TrainingTest : public ::testing::Test {
 protected:
  absl::StatusOr<Training> TrainOn(const SmallExport& exported) {
    const std::filesystem::path path = directory_.path() / std::to_string(++exports_);
    WriteSmallExport(exported, path);
    return Train(DescribeExport(path).value(), "0.1.0",
                 [](int64_t, int64_t) { return absl::OkStatus(); });
  }

  static SmallExport Families() {
    return {
        .train = SomeFamilies(1, 40), .valid = SomeFamilies(41, 10), .test = SomeFamilies(51, 20)};
  }

  const test::TemporaryDirectory directory_;
  int exports_ = 0;
};

TEST_F(TrainingTest, ItLearnsWhichFamiliesHaveAnIntegral) {
  const absl::StatusOr<Training> training = TrainOn(Families());
  ASSERT_TRUE(training.ok()) << training.status();
  EXPECT_EQ(training->test.model.hits.rows, 240);
  EXPECT_EQ(training->test.model.hits.right, 240);
  EXPECT_EQ(training->valid.model.hits.rows, 120);
  EXPECT_EQ(training->test.majority.right, 120);
  EXPECT_EQ(training->test.model.by_outcome.at(v1::OUTCOME_TIMED_OUT).rows, 60);
  EXPECT_EQ(training->model.provenance().train_rows, 480);
  EXPECT_EQ(training->model.provenance().preset, "intclass");
}

TEST_F(TrainingTest, TheSameExportGivesTheSameBytes) {
  const std::string first = ModelToBytes(TrainOn(Families())->model);
  EXPECT_EQ(first, ModelToBytes(TrainOn(Families())->model));
  SmallExport other = Families();
  other.train.pop_back();
  EXPECT_NE(first, ModelToBytes(TrainOn(other)->model));
}

TEST_F(TrainingTest, WithShuffledLabelsItIsNoBetterThanTheMajority) {
  const test::Seed seed(1);
  std::mt19937_64 random(seed);
  SmallExport exported = Families();
  for (std::vector<SmallRow>* rows : {&exported.train, &exported.test}) {
    for (SmallRow& row : *rows) row.success = random() % 4 != 0;
  }
  const absl::StatusOr<Training> training = TrainOn(exported);
  ASSERT_TRUE(training.ok()) << training.status();
  // By chance it may be a little better on 240 rows.
  EXPECT_LE(training->test.model.hits.right, training->test.majority.right + 12);
}

TEST_F(TrainingTest, OneLabelInTrainIsOneClearLine) {
  SmallExport exported = Families();
  for (SmallRow& row : exported.train) row.success = true;
  EXPECT_EQ(TrainOn(exported).status().message(),
            "every function to train on has an integral, and a model needs both labels");
  exported.train.clear();
  EXPECT_EQ(TrainOn(exported).status().message(), "there are no functions to train on");
}

TEST_F(TrainingTest, OneLabelOrNoRowElsewhereIsSaid) {
  SmallExport exported = Families();
  exported.valid.clear();
  std::erase_if(exported.test, [](const SmallRow& row) { return !row.success; });
  const absl::StatusOr<Training> training = TrainOn(exported);
  ASSERT_TRUE(training.ok()) << training.status();
  const std::string text = TrainingText(*training);
  EXPECT_THAT(text, HasSubstr("valid has no rows, so nothing is measured on it\n"));
  EXPECT_THAT(text, HasSubstr("every row of test is labelled true, so its accuracy says little\n"));
}

TEST_F(TrainingTest, TheReportHasEveryScore) {
  const absl::StatusOr<Training> training = TrainOn(Families());
  const std::string text = TrainingText(*training);
  for (const char* const part :
       {"model of job demo (preset intclass, answers special)", "trained on 480 functions, 50.0 %",
        "majority        50.0 % (", "operators", "model           100.0 % (", "nonelementary",
        "calibration"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  const nlohmann::ordered_json json = TrainingJson(*training);
  EXPECT_EQ(json["test"]["model"]["right"], 240);
  EXPECT_EQ(json["test"]["by_outcome"]["integrated"]["rows"], 120);
  EXPECT_EQ(json["model"]["answers"], "special");
}

}  // namespace
}  // namespace motzkin::classifier
