// The model of the card of an export: the model of `motzkin train`, trained while the rows are
// written.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "classifier/features.h"
#include "classifier/training/logistic_regression.h"
#include "common/expression/expression.h"
#include "dataset/label_model.h"

namespace motzkin::classifier {

// Keeps the first rows alone, so that an export's memory stays bounded. Thread-compatible.
class ExportModel : public dataset::LabelModel {
 public:
  // 20 MB in all. More rows of train would make the score a little better; with these of test it is
  // right to 0.6 points.
  static constexpr int64_t kTrainRowsMax = 20'000;
  static constexpr size_t kTestRowsMax = 5'000;

  void Add(const dataset::Row& row, bool label) override;
  std::optional<dataset::ModelScore> Score() const override;

 private:
  struct TestRow {
    std::vector<Feature> features;
    bool label;
  };

  TrainingSet train_;
  std::vector<TestRow> test_;
  expression::Pool pool_;
};

}  // namespace motzkin::classifier
