// Counts whole numbers in bounded memory. The arithmetic is exact, so the result is the same on
// every machine and in every order of adding. Values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace motzkin::dataset {

// For lengths and sizes. Each value 0 .. kMax has a count of its own, and larger values are counted
// at kMax.
class Histogram {
 public:
  static constexpr int64_t kMax = 65'536;  // An integral of 64 kB has fewer tokens.

  // Negative values count as 0.
  void Add(int64_t value, int64_t times = 1);
  int64_t count() const { return count_; }
  double mean() const;  // 0 without values
  // The smallest value that at least `permille` / 1000 of the values do not exceed; 0 if there is
  // none.
  int64_t Percentile(int permille) const;
  // The counts by value, up to the largest value that occurred.
  const std::vector<int64_t>& counts() const { return counts_; }

 private:
  std::vector<int64_t> counts_;
  int64_t count_ = 0;
  int64_t sum_ = 0;
};

// For CPU times. Takes any value from 0 on and is precise to 3 %: values below 64 are exact, and
// above that each doubling has 32 buckets.
class LogHistogram {
 public:
  // Negative values count as 0. The sum and the maximum are exact.
  void Add(int64_t value);
  int64_t count() const { return count_; }
  int64_t sum() const { return sum_; }
  int64_t max() const { return max_; }
  // As in Histogram, but the upper end of the value's bucket, and never more than max().
  int64_t Percentile(int permille) const;

 private:
  static constexpr size_t kBuckets = 64 + 32 * 58;
  std::vector<int64_t> counts_;  // empty until the first value
  int64_t count_ = 0;
  int64_t sum_ = 0;
  int64_t max_ = 0;
};

}  // namespace motzkin::dataset
