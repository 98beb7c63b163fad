// The mixing step of every structural hash. Canonical and skeleton hashes are stored, so it must
// never change.
#pragma once

#include <cstdint>

namespace motzkin::expression {

// Returns `hash` with `value` mixed in. The order of values matters. The finalizer is that of
// SplitMix64.
inline uint64_t MixHash(uint64_t hash, uint64_t value) {
  uint64_t z = (hash ^ value) + 0x9e3779b97f4a7c15u + (hash << 6);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace motzkin::expression
