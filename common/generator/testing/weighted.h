// Lists operators with their weights as a field of a spec.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>

#include "common/generator/symbols.h"

namespace motzkin::generator {

inline WeightedSymbols Weighted(std::initializer_list<std::pair<const char*, uint32_t>> symbols) {
  WeightedSymbols weighted;
  for (const auto& [symbol, weight] : symbols) {
    v1::WeightedSymbol& added = *weighted.Add();
    added.set_symbol(symbol);
    added.set_weight(weight);
  }
  return weighted;
}

}  // namespace motzkin::generator
