#include "classifier/training/scores.h"

#include <algorithm>
#include <cmath>

namespace motzkin::classifier {

double Hits::share() const {
  return rows == 0 ? 0 : static_cast<double>(right) / static_cast<double>(rows);
}

void ModelScores::Add(double probability, bool label, v1::Outcome outcome) {
  const bool right = (probability >= 0.5) == label;
  hits.Add(right);
  by_outcome[outcome].Add(right);
  if (label) ++positive;
  const auto bin = std::min(static_cast<size_t>(probability * kBins), kBins - 1);
  ++bins[bin].rows;
  if (label) ++bins[bin].positive;
  bins[bin].probability_sum += probability;
}

double ModelScores::CalibrationError() const {
  double distance = 0;
  for (const CalibrationBin& bin : bins) {
    distance += std::abs(bin.probability_sum - static_cast<double>(bin.positive));
  }
  return hits.rows == 0 ? 0 : distance / static_cast<double>(hits.rows);
}

}  // namespace motzkin::classifier
