// Draws one of several values, each with an integer weight.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/generator/random_stream.h"

namespace motzkin::generator {

// Immutable after the last Add. Thread-safe from then on.
template <typename T>
class WeightedChoice {
 public:
  // `weight` > 0; the sum of all weights is below 2^64.
  void Add(T value, uint64_t weight) {
    const uint64_t below = entries_.empty() ? 0 : entries_.back().second;
    entries_.emplace_back(std::move(value), below + weight);
  }

  bool empty() const { return entries_.empty(); }

  // Draws each value with probability weight / sum of weights, exactly. The choice must not be
  // empty.
  const T& Draw(RandomStream& random) const { return Pick(random.Below(entries_.back().second)); }

  // Returns the value that `number`, which is below the sum of weights, stands for.
  const T& Pick(uint64_t number) const {
    return std::find_if(entries_.begin(), entries_.end(),
                        [number](const auto& entry) { return number < entry.second; })
        ->first;
  }

 private:
  std::vector<std::pair<T, uint64_t>> entries_;  // each with the sum of the weights up to its own
};

}  // namespace motzkin::generator
