// A model that says how likely a function is to have an integral: a logistic regression on the
// features of its tree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "classifier/features.h"
#include "common/expression/expression.h"

namespace motzkin::classifier {

// The data that a model was trained on. The texts are printable and have one line.
struct Provenance {
  std::string job;
  std::string job_uuid;
  std::string spec_digest;  // hexadecimal
  std::string preset;       // the generator's; empty if the job had none
  std::string answers;      // the convention of the labels: elementary or special
  std::string balance;      // how labels were balanced, in the word of `motzkin export --balance`
  int64_t generator_version = 0;
  int64_t skeleton_version = 0;
  // The canonical form that the features are made of.
  int64_t canonical_version = 0;
  int64_t features_version = 0;
  std::string motzkin;      // the version of the program that trained it
  std::string rows_sha256;  // of the rows of train as they were read, hexadecimal
  int64_t train_rows = 0;
  int64_t train_positive = 0;
};

// Weights are whole numbers of 2^-16, so that the last digits of floating point, which another
// library or processor computes otherwise, do not reach the file.
inline constexpr double kWeightUnit = 1.0 / 65'536;

// Immutable.
class Model {
 public:
  // `weights` has one for each bucket, and the constant term last: kBuckets + 1.
  Model(Provenance provenance, std::vector<int32_t> weights);

  // Returns the probability that the label is true, 0 .. 1. `canonical` must come from
  // expression::Canonical() and be defined.
  double Probability(expression::Expr canonical) const;
  double Probability(const std::vector<Feature>& features) const;

  const Provenance& provenance() const { return provenance_; }
  const std::vector<int32_t>& weights() const { return weights_; }

 private:
  Provenance provenance_;
  std::vector<int32_t> weights_;
};

}  // namespace motzkin::classifier
