// Scores of guesses: how many are right, with intervals, by outcome, and whether probabilities mean
// what they say. Values. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "motzkin/v1/job.pb.h"

namespace motzkin::classifier {

// The rows that a rule guessed, and those that it guessed right.
struct Hits {
  int64_t right = 0;
  int64_t rows = 0;
  void Add(bool is_right) {
    ++rows;
    if (is_right) ++right;
  }
  // 0 .. 1; 0 without rows.
  double share() const;
};

// Rows whose probability lies in one tenth of 0 .. 1.
struct CalibrationBin {
  int64_t rows = 0;
  int64_t positive = 0;
  double probability_sum = 0;
};

// The scores of a model on the rows of one split.
struct ModelScores {
  static constexpr size_t kBins = 10;

  // `probability` is that of a true label, 0 .. 1. From 1/2 on, the guess is true.
  void Add(double probability, bool label, v1::Outcome outcome);

  // The mean distance between the share of true labels and the mean probability of a bin, each bin
  // weighted with its rows (the expected calibration error). 0 .. 1.
  double CalibrationError() const;

  Hits hits;
  int64_t positive = 0;  // rows whose label is true
  std::map<v1::Outcome, Hits> by_outcome;
  std::array<CalibrationBin, kBins> bins;
};

}  // namespace motzkin::classifier
