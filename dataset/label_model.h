// A model that guesses labels from an integrand, the fourth rule of the card. An interface, because
// this folder links no library of training.
#pragma once

#include <cstdint>
#include <optional>

#include "dataset/row.h"

namespace motzkin::dataset {

struct ModelScore {
  int64_t train_rows = 0;  // rows that the model was trained on
  int64_t test_rows = 0;   // rows that were scored
  int64_t right = 0;       // those of them that it guesses right
};

// Thread-compatible.
class LabelModel {
 public:
  virtual ~LabelModel() = default;

  // Takes rows of train and test in any order, and in bounded memory; it ignores others.
  virtual void Add(const Row& row, bool label) = 0;
  // Trains the model on the rows of train so far and scores it on those of test. Nothing: train has
  // not both labels, or test has no row. The same rows give the same score.
  virtual std::optional<ModelScore> Score() const = 0;
};

}  // namespace motzkin::dataset
