#include "dataset/histogram.h"

#include <algorithm>
#include <bit>

namespace motzkin::dataset {
namespace {

constexpr int kExactBits = 6;  // Values below 64 have a bucket each.
constexpr int kHalfBuckets = 1 << (kExactBits - 1);

// Keeps the leading six bits of the value. The highest of them is set, so there are 32 patterns for
// each number of bits, and their buckets follow those of the next smaller number without a gap.
size_t BucketOf(int64_t value) {
  const auto bits = static_cast<int>(std::bit_width(static_cast<uint64_t>(value)));
  if (bits <= kExactBits) return static_cast<size_t>(value);
  const int shift = bits - kExactBits;
  const auto leading = static_cast<size_t>(value >> shift);  // 32 .. 63
  return static_cast<size_t>(kHalfBuckets) * static_cast<size_t>(shift) + leading;
}

int64_t LargestOf(size_t bucket) {
  if (bucket < size_t{2} * kHalfBuckets) return static_cast<int64_t>(bucket);
  const auto shift = static_cast<int>(bucket / kHalfBuckets) - 1;
  const uint64_t leading = bucket % kHalfBuckets + kHalfBuckets;
  // Unsigned, because the sum for the last bucket is 2^63 before 1 is taken away.
  return static_cast<int64_t>(((leading + 1) << shift) - 1);
}

// Returns the index of the first count at which at least permille / 1000 of `total` are reached.
size_t Quantile(const std::vector<int64_t>& counts, int64_t total, int permille) {
  // Rounded up, so that the median of three values is the second. It cannot overflow below 2^53.
  const int64_t wanted = std::max<int64_t>(1, (total * permille + 999) / 1'000);
  int64_t seen = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (seen >= wanted) return i;
  }
  return counts.empty() ? 0 : counts.size() - 1;
}

}  // namespace

void Histogram::Add(int64_t value, int64_t times) {
  value = std::clamp<int64_t>(value, 0, kMax);
  if (counts_.size() <= static_cast<size_t>(value)) counts_.resize(static_cast<size_t>(value) + 1);
  counts_[static_cast<size_t>(value)] += times;
  count_ += times;
  sum_ += value * times;
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

int64_t Histogram::Percentile(int permille) const {
  return static_cast<int64_t>(Quantile(counts_, count_, permille));
}

void LogHistogram::Add(int64_t value) {
  value = std::max<int64_t>(value, 0);
  if (counts_.empty()) counts_.resize(kBuckets);
  ++counts_[BucketOf(value)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

int64_t LogHistogram::Percentile(int permille) const {
  // The end of a bucket may lie above every value in it, and no percentile may exceed the maximum.
  return count_ == 0 ? 0 : std::min(max_, LargestOf(Quantile(counts_, count_, permille)));
}

}  // namespace motzkin::dataset
