// Fits the weights of a model: L2-regularised logistic regression, by liblinear.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "classifier/features.h"

namespace motzkin::classifier {

// Labelled functions. Takes 16 bytes for each feature of each function, some 0.8 kB a function.
// Move-only. Thread-compatible.
class TrainingSet {
 public:
  TrainingSet();
  ~TrainingSet();
  TrainingSet(TrainingSet&& other) noexcept;
  TrainingSet& operator=(TrainingSet&& other) noexcept;

  // `features` are as FeaturesOf() returns them.
  void Add(const std::vector<Feature>& features, bool label);

  int64_t rows() const;
  int64_t positive() const;

  // Returns the weights that minimise
  //
  //   |w|^2 / 2 + kCost * sum over rows of log(1 + exp(-y (w . features + constant)))
  //
  // with y = 1 or -1 for the label, in the form that Model takes. The solver (Newton steps within a
  // trust region: Lin, Weng and Keerthi 2008, https://www.jmlr.org/papers/v9/lin08b.html) draws no
  // random numbers: the same rows in the same order give the same weights.
  //
  // INVALID_ARGUMENT: all rows have the same label, or there is none.
  absl::StatusOr<std::vector<int32_t>> Fit() const;

  // Between 0.5 and 5 the accuracy is the same; below, probabilities are too near 1/2
  // (docs/classifier.md).
  static constexpr double kCost = 1;

 private:
  struct Rows;  // hides liblinear
  std::unique_ptr<Rows> rows_;
};

}  // namespace motzkin::classifier
