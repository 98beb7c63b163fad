// Measures how well a label can be guessed without any mathematics. A model that learns must beat
// these rules; where one of them does well, the data gives the label away.
//
// The rules are fitted on the rows of train and scored on those of test, in one pass and bounded
// memory: the first kTestRowsMax rows of test are kept. They only count, so the same rows give the
// same score.
//
// Thread-compatible.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dataset/label_model.h"
#include "dataset/row.h"

namespace motzkin::dataset {

struct BaselineScores {
  int64_t train_rows = 0;
  int64_t test_rows = 0;  // rows that were scored
  // The rows of test that are guessed right by
  int64_t majority = 0;   // the commoner label of train
  int64_t length = 0;     // the commoner label of train among integrands of that many tokens
  int64_t operators = 0;  // naive Bayes on how often each operator occurs (0, 1, 2, 3 or more)
  // The model of the export, which has rows of its own. Not set by Baselines.
  std::optional<ModelScore> model;
};

class Baselines {
 public:
  static constexpr size_t kTestRowsMax = 100'000;

  // Rows of train and test may come in any order. Rows of valid are ignored.
  void Add(const Row& row, bool label);
  // May be called at any time; it scores the rows so far.
  BaselineScores Score() const;

 private:
  static constexpr size_t kLevels = 4;  // An operator occurs 0, 1, 2, or 3 or more times.
  // The rows of train by label.
  using Counts = std::array<int64_t, 2>;
  // The level of each operator that occurs, by its number in names_, in rising order.
  using Features = std::vector<std::pair<uint16_t, uint8_t>>;
  struct TestRow {
    bool label;
    int64_t length;
    Features features;
  };

  Features FeaturesOf(const std::string& integrand);
  double LogOdds(const Features& features) const;
  double LogRatio(size_t name, size_t level) const;

  std::map<std::string, uint16_t, std::less<>> names_;
  Counts rows_{};
  std::map<int64_t, Counts> by_length_;
  // By operator. Level 0 stays empty: it has the rows that the other levels leave.
  std::vector<std::array<Counts, kLevels>> by_level_;
  std::vector<TestRow> test_;
};

}  // namespace motzkin::dataset
