#include "classifier/training/export_model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace motzkin::classifier {
namespace {

dataset::Row RowOf(std::string integrand, dataset::Split split) {
  dataset::Row row;
  row.integrand = std::move(integrand);
  row.split = split;
  return row;
}

// Functions of two families, of which one has an integral.
void AddFamilies(ExportModel& model, int count, dataset::Split split) {
  for (int i = 1; i <= count; ++i) {
    model.Add(RowOf(fmt::format("mul x exp mul INT+ {} x", i % 10), split), true);
    model.Add(RowOf(fmt::format("div exp x add x INT+ {}", i % 10), split), false);
  }
}

TEST(ExportModelTest, IsTrainedOnTrainAndScoredOnTest) {
  ExportModel model;
  AddFamilies(model, 30, dataset::Split::kTest);
  AddFamilies(model, 50, dataset::Split::kTrain);
  AddFamilies(model, 50, dataset::Split::kValid);
  const dataset::ModelScore score = model.Score().value();
  EXPECT_EQ(score.train_rows, 100);
  EXPECT_EQ(score.test_rows, 60);
  EXPECT_EQ(score.right, 60);
}

TEST(ExportModelTest, KeepsTheFirstRowsAlone) {
  ExportModel model;
  AddFamilies(model, 10'001, dataset::Split::kTrain);
  AddFamilies(model, 2'501, dataset::Split::kTest);
  const dataset::ModelScore score = model.Score().value();
  EXPECT_EQ(score.train_rows, ExportModel::kTrainRowsMax);
  EXPECT_EQ(score.test_rows, static_cast<int64_t>(ExportModel::kTestRowsMax));
}

TEST(ExportModelTest, HasNoScoreWithoutBothLabelsOrWithoutTest) {
  ExportModel one_label;
  one_label.Add(RowOf("x", dataset::Split::kTrain), true);
  one_label.Add(RowOf("x", dataset::Split::kTest), true);
  EXPECT_FALSE(one_label.Score().has_value());
  ExportModel no_test;
  AddFamilies(no_test, 5, dataset::Split::kTrain);
  EXPECT_FALSE(no_test.Score().has_value());
}

TEST(ExportModelTest, RowsThatCannotBeReadAreLeftOut) {
  ExportModel model;
  model.Add(RowOf("add x", dataset::Split::kTrain), true);
  model.Add(RowOf("div INT+ 1 sub x x", dataset::Split::kTrain), true);
  AddFamilies(model, 5, dataset::Split::kTrain);
  AddFamilies(model, 5, dataset::Split::kTest);
  EXPECT_EQ(model.Score().value().train_rows, 10);
}

}  // namespace
}  // namespace motzkin::classifier
