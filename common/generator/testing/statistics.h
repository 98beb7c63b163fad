// Helpers of the generator's statistical tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace motzkin::generator {

// The seed of statistical tests unless $TEST_SEED is set. It is fixed, so that a run in CI is the
// same every time.
inline constexpr uint64_t kUsualSeed = 20'191'202;

// Returns Pearson's statistic of observed counts against expected ones.
inline double ChiSquare(const std::vector<uint64_t>& observed,
                        const std::vector<double>& expected) {
  double sum = 0;
  for (size_t i = 0; i < observed.size(); ++i) {
    const double off = static_cast<double>(observed[i]) - expected[i];
    sum += off * off / expected[i];
  }
  return sum;
}

// Returns the value that the statistic exceeds with probability 1e-9 if nothing is wrong (Wilson
// and Hilferty's approximation at 6 standard deviations). That is low enough for no seed to fail by
// chance.
inline double ChiSquareLimit(size_t categories) {
  const double freedom = static_cast<double>(categories - 1);
  const double spread = 2.0 / (9.0 * freedom);
  return freedom * std::pow(1.0 - spread + 6.0 * std::sqrt(spread), 3);
}

// Returns the statistic for counts that should be equal.
template <typename Key>
double ChiSquareOfUniform(const std::map<Key, uint64_t>& counts, size_t categories,
                          uint64_t draws) {
  std::vector<uint64_t> observed;
  observed.reserve(categories);
  for (const auto& [key, count] : counts) observed.push_back(count);
  observed.resize(categories);
  const double each = static_cast<double>(draws) / static_cast<double>(categories);
  return ChiSquare(observed, std::vector<double>(categories, each));
}

}  // namespace motzkin::generator
