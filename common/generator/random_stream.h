// Random numbers that are the same on every platform: Philox4x64-10 (Salmon, Moraes, Dror, Shaw:
// "Parallel random numbers: as easy as 1, 2, 3", SC 2011) and exact bounded integers on top of it.
// Distributions of the standard library are not used, because each library has its own.
//
// Philox is a keyed bijection of a 256-bit counter. So a stream needs no seeding procedure, and two
// streams with different keys or counters cannot meet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace motzkin::generator {

using PhiloxBlock = std::array<uint64_t, 4>;
using PhiloxKey = std::array<uint64_t, 2>;

// The published function, with ten rounds.
PhiloxBlock Philox(PhiloxBlock counter, PhiloxKey key);

// The stream of one function. Word 4b + i is word i of Philox(counter (b, index, 0, 0), key
// (job_seed, version + 2^32 * domain)): distinct (seed, version, domain, index) never evaluate the
// same (counter, key). `domain` separates the uses of one job seed from each other.
//
// A value. Thread-compatible.
class RandomStream {
 public:
  RandomStream(uint64_t job_seed, uint32_t version, uint32_t domain, uint64_t index)
      : key_{job_seed, version | (static_cast<uint64_t>(domain) << 32)}, counter_{0, index, 0, 0} {}

  // Returns a number that is uniform in [0, 2^64).
  uint64_t Next() {
    if (used_ == block_.size()) Refill();
    return block_[used_++];
  }

  // Returns a number that is uniform in [0, bound), bound > 0. Numbers of as many bits as bound - 1
  // has are drawn until one is below the bound: exactly uniform, and fewer than two draws on
  // average.
  uint64_t Below(uint64_t bound);
  unsigned __int128 Below128(unsigned __int128 bound);

  // Returns true with probability numerator/denominator, exactly.
  bool Chance(uint64_t numerator, uint64_t denominator) { return Below(denominator) < numerator; }

 private:
  void Refill();

  PhiloxKey key_;
  PhiloxBlock counter_;
  PhiloxBlock block_{};
  size_t used_ = 4;
};

}  // namespace motzkin::generator
