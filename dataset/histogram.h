// Counts of whole numbers in bounded memory. Exact arithmetic: the same on every machine, in every
// order of adding. Values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace motzkin::dataset {

// Each value 0 .. kMax has a count of its own; larger ones are counted at kMax. For lengths and
// sizes.
class Histogram {
 public:
  static constexpr int64_t kMax = 65'536;  // An integral of 64 kB has fewer tokens.

  void Add(int64_t value, int64_t times = 1);
  int64_t count() const { return count_; }
  double mean() const;  // 0 of nothing
  // The smallest value that at least `permille` / 1000 of the values do not exceed; 0 of nothing.
  int64_t Percentile(int permille) const;
  // By value, up to the largest that occurred.
  const std::vector<int64_t>& counts() const { return counts_; }

 private:
  std::vector<int64_t> counts_;
  int64_t count_ = 0;
  int64_t sum_ = 0;
};

// Any value from 0 on, to 3 %: exact below 64, then 32 buckets for each doubling. For CPU times.
class LogHistogram {
 public:
  void Add(int64_t value);
  int64_t count() const { return count_; }
  int64_t sum() const { return sum_; }
  int64_t max() const { return max_; }
  // As Histogram's; the upper end of its bucket, though never more than max().
  int64_t Percentile(int permille) const;

 private:
  static constexpr size_t kBuckets = 64 + 32 * 58;
  std::vector<int64_t> counts_;  // Empty until the first value.
  int64_t count_ = 0;
  int64_t sum_ = 0;
  int64_t max_ = 0;
};

}  // namespace motzkin::dataset
