#include "dataset/baselines.h"

#include <algorithm>
#include <cmath>

#include "dataset/statistics.h"

namespace motzkin::dataset {

Baselines::Features Baselines::FeaturesOf(const std::string& integrand) {
  std::map<uint16_t, uint8_t> levels;
  ForEachToken(integrand, [&](std::string_view token) {
    if (!IsOperatorToken(token)) return;
    auto found = names_.find(token);
    if (found == names_.end()) {
      // Real data has some dozen operators. The bound keeps spoiled rows from filling the memory.
      if (names_.size() >= Statistics::kOperatorNamesMax) return;
      found = names_.emplace(token, static_cast<uint16_t>(names_.size())).first;
      by_level_.emplace_back();
    }
    uint8_t& level = levels[found->second];
    // The highest level stands for all larger counts, too.
    if (level + 1u < kLevels) ++level;
  });
  return {levels.begin(), levels.end()};
}

void Baselines::Add(const Row& row, bool label) {
  // Test rows come between those of train, and can be scored only when all of train is counted.
  if (row.split == Split::kTest) {
    if (test_.size() < kTestRowsMax) {
      test_.push_back({label, TokenCount(row.integrand), FeaturesOf(row.integrand)});
    }
    return;
  }
  if (row.split != Split::kTrain) return;
  const size_t side = label ? 1 : 0;
  ++rows_[side];
  ++by_length_[TokenCount(row.integrand)][side];
  for (const auto& [name, level] : FeaturesOf(row.integrand)) ++by_level_[name][level][side];
}

// Returns log P(level | true) - log P(level | false). One row is added to each level (Laplace), so
// that a level that never occurred with a label does not decide alone.
double Baselines::LogRatio(size_t name, size_t level) const {
  const auto probability = [&](size_t side) {
    int64_t count = by_level_[name][level][side];
    if (level == 0) {
      count = rows_[side];
      for (size_t other = 1; other < kLevels; ++other) count -= by_level_[name][other][side];
    }
    return (static_cast<double>(count) + 1) / (static_cast<double>(rows_[side]) + kLevels);
  };
  return std::log(probability(1)) - std::log(probability(0));
}

// Positive if true is more likely. An operator that does not occur counts as well, with level 0.
double Baselines::LogOdds(const Features& features) const {
  double odds =
      std::log(static_cast<double>(rows_[1]) + 1) - std::log(static_cast<double>(rows_[0]) + 1);
  // Both lists are in the order of the operators' numbers. An operator that got its number after
  // this row was kept does not occur in the row, so level 0 is right for it.
  auto feature = features.begin();
  for (size_t name = 0; name < by_level_.size(); ++name) {
    const bool occurs = feature != features.end() && feature->first == name;
    odds += LogRatio(name, occurs ? feature->second : 0);
    if (occurs) ++feature;
  }
  return odds;
}

BaselineScores Baselines::Score() const {
  BaselineScores scores;
  scores.train_rows = rows_[0] + rows_[1];
  scores.test_rows = static_cast<int64_t>(test_.size());
  const bool majority = rows_[1] >= rows_[0];
  for (const TestRow& row : test_) {
    const auto found = by_length_.find(row.length);
    // A length that train lacks, or where it is undecided, falls back to the majority.
    const bool known = found != by_length_.end() && found->second[0] != found->second[1];
    const bool by_length = known ? found->second[1] > found->second[0] : majority;
    if (majority == row.label) ++scores.majority;
    if (by_length == row.label) ++scores.length;
    if ((LogOdds(row.features) >= 0) == row.label) ++scores.operators;
  }
  return scores;
}

}  // namespace motzkin::dataset
