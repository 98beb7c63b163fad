#include "common/generator/random_stream.h"

#include <bit>

#include "common/base/check.h"

namespace motzkin::generator {
namespace {

// The constants of the paper: multipliers that were found by search, and the fractions of the
// golden ratio and of sqrt(3), which step the key.
constexpr uint64_t kMultiplier0 = 0xD2E7470EE14C6C93;
constexpr uint64_t kMultiplier1 = 0xCA5A826395121157;
constexpr uint64_t kKeyStep0 = 0x9E3779B97F4A7C15;
constexpr uint64_t kKeyStep1 = 0xBB67AE8584CAA73B;
constexpr int kRounds = 10;

PhiloxBlock Round(const PhiloxBlock& counter, const PhiloxKey& key) {
  const unsigned __int128 product0 = static_cast<unsigned __int128>(kMultiplier0) * counter[0];
  const unsigned __int128 product1 = static_cast<unsigned __int128>(kMultiplier1) * counter[2];
  return {
      static_cast<uint64_t>(product1 >> 64) ^ counter[1] ^ key[0], static_cast<uint64_t>(product1),
      static_cast<uint64_t>(product0 >> 64) ^ counter[3] ^ key[1], static_cast<uint64_t>(product0)};
}

// Returns ones in as many low bits as `value` has, and 0 for 0.
uint64_t MaskOf(uint64_t value) { return value == 0 ? 0 : ~uint64_t{0} >> std::countl_zero(value); }

}  // namespace

PhiloxBlock Philox(PhiloxBlock counter, PhiloxKey key) {
  for (int round = 0; round < kRounds; ++round) {
    counter = Round(counter, key);
    key[0] += kKeyStep0;
    key[1] += kKeyStep1;
  }
  return counter;
}

void RandomStream::Refill() {
  block_ = Philox(counter_, key_);
  // No carry goes into the next word, because no function draws 2^64 blocks.
  ++counter_[0];
  used_ = 0;
}

uint64_t RandomStream::Below(uint64_t bound) {
  MOTZKIN_CHECK(bound > 0);
  // Rejection under a mask is exactly uniform; a modulo or a multiplication would favour some
  // numbers.
  const uint64_t mask = MaskOf(bound - 1);
  uint64_t drawn = Next() & mask;
  while (drawn >= bound) drawn = Next() & mask;
  return drawn;
}

unsigned __int128 RandomStream::Below128(unsigned __int128 bound) {
  const uint64_t high_mask = MaskOf(static_cast<uint64_t>((bound - 1) >> 64));
  // Small bounds consume one word a draw, as Below() does. This is part of the generator version.
  if (high_mask == 0 && bound <= ~uint64_t{0}) return Below(static_cast<uint64_t>(bound));
  while (true) {
    // A statement of its own, because C++ leaves open which of two draws in one expression comes
    // first.
    const uint64_t high = Next() & high_mask;
    const unsigned __int128 drawn = (static_cast<unsigned __int128>(high) << 64) | Next();
    if (drawn < bound) return drawn;
  }
}

}  // namespace motzkin::generator
