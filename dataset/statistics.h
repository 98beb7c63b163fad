// Describes a set of rows: outcomes, lengths, operators, success by size, and CPU. Rows are added
// up one by one, exactly and in bounded memory, so the same rows give the same numbers. Values.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "dataset/histogram.h"
#include "dataset/row.h"

namespace motzkin::dataset {

// The numbers of true and false labels.
struct LabelCounts {
  int64_t positive = 0;
  int64_t negative = 0;
  int64_t total() const { return positive + negative; }
  void Add(bool label) { ++(label ? positive : negative); }
};

// One engine in one exact version, over all of its steps.
struct EngineStatistics {
  int64_t steps = 0;
  int64_t answers = 0;  // rows whose stored answer this engine gave
  LogHistogram cpu_us;
  std::map<v1::Outcome, int64_t> outcomes;  // outcomes of its steps
};

struct Statistics {
  // `label` is empty if the row has none that can be trusted.
  void Add(const Row& row, std::optional<bool> label);

  int64_t rows = 0;
  int64_t duplicates = 0;
  std::map<v1::Outcome, int64_t> outcomes;
  std::array<LabelCounts, kSplits> labels;  // by Split
  int64_t unlabelled = 0;
  Histogram integrand_tokens;
  Histogram integral_tokens;  // of stored answers
  // How often each operator or function occurs, in integrands and in stored answers. There are at
  // most kOperatorNamesMax names; more can only come from a spoiled database, and count as "other".
  static constexpr size_t kOperatorNamesMax = 200;
  std::map<std::string, int64_t, std::less<>> integrand_operators;
  std::map<std::string, int64_t, std::less<>> integral_operators;
  // Labelled rows by the number of operators of the integrand.
  std::map<int64_t, LabelCounts> by_size;
  std::map<int, EngineStatistics> engines;  // by engine_id
  LogHistogram engine_cpu_us;               // by function: the sum of all of its steps
  LogHistogram verifier_cpu_us;             // by function, too
};

}  // namespace motzkin::dataset
