#include "common/generator/random_stream.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <set>

#include "common/generator/testing/statistics.h"
#include "tests/support/seed.h"

namespace motzkin::generator {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t kOnes = ~uint64_t{0};

// The known answers that the authors publish with their implementation, Random123 (kat_vectors).
TEST(PhiloxTest, GivesThePublishedAnswers) {
  EXPECT_THAT(Philox({0, 0, 0, 0}, {0, 0}), ElementsAre(0x16554d9eca36314c, 0xdb20fe9d672d0fdc,
                                                        0xd7e772cee186176b, 0x7e68b68aec7ba23b));
  EXPECT_THAT(
      Philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
      ElementsAre(0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0));
  EXPECT_THAT(
      Philox({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
             {0x452821e638d01377, 0xbe5466cf34e90c6c}),
      ElementsAre(0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6));
}

TEST(RandomStreamTest, NeighbouringIndicesAndDifferentJobsShareNoNumber) {
  constexpr int kWords = 64;
  std::set<uint64_t> seen;
  size_t drawn = 0;
  const auto draw = [&](RandomStream random) {
    for (int i = 0; i < kWords; ++i) seen.insert(random.Next());
    drawn += kWords;
  };
  for (uint64_t job_seed : {uint64_t{0}, uint64_t{1}, uint64_t{2}, kOnes}) {
    for (uint64_t index = 0; index < 500; ++index) draw(RandomStream(job_seed, 1, 0, index));
  }
  for (uint64_t index = 0; index < 500; ++index) draw(RandomStream(1, /*version=*/2, 0, index));
  for (uint64_t index = 0; index < 500; ++index) draw(RandomStream(1, 1, /*domain=*/1, index));
  // 192,000 independent words of 64 bits hold a repetition with a probability of 1e-9.
  EXPECT_EQ(seen.size(), drawn);
}

// If neighbouring streams were correlated, one bit value would prevail in their exclusive or.
TEST(RandomStreamTest, NeighbouringIndicesDifferInHalfOfTheirBits) {
  const test::Seed seed(kUsualSeed);
  uint64_t bits = 0;
  constexpr uint64_t kPairs = 100'000;
  for (uint64_t index = 0; index < kPairs; ++index) {
    RandomStream one(seed, 1, 0, index);
    RandomStream next(seed, 1, 0, index + 1);
    bits += static_cast<uint64_t>(__builtin_popcountll(one.Next() ^ next.Next()));
  }
  const double mean = 32.0 * kPairs;
  const double deviation = std::sqrt(16.0 * kPairs);
  EXPECT_NEAR(static_cast<double>(bits), mean, 6 * deviation);
}

TEST(RandomStreamTest, BoundedNumbersAreUniform) {
  const test::Seed seed(kUsualSeed);
  for (const uint64_t bound : {2u, 3u, 5u, 36u, 40u, 1000u}) {
    RandomStream random(seed, 0, 0, bound);
    std::map<uint64_t, uint64_t> counts;
    const uint64_t draws = bound * 1'000;
    for (uint64_t i = 0; i < draws; ++i) ++counts[random.Below(bound)];
    EXPECT_EQ(counts.rbegin()->first, bound - 1);
    EXPECT_LT(ChiSquareOfUniform(counts, bound, draws), ChiSquareLimit(bound)) << bound;
  }
}

TEST(RandomStreamTest, BoundsPastSixtyFourBitsUseAllOfTheirRange) {
  const test::Seed seed(kUsualSeed);
  const unsigned __int128 bound = static_cast<unsigned __int128>(3) << 64;
  RandomStream random(seed, 0, 0, 0);
  std::map<uint64_t, uint64_t> thirds;
  constexpr uint64_t kDraws = 3'000;
  for (uint64_t i = 0; i < kDraws; ++i) {
    ++thirds[static_cast<uint64_t>(random.Below128(bound) >> 64)];
  }
  EXPECT_EQ(thirds.size(), 3u);
  EXPECT_LT(ChiSquareOfUniform(thirds, 3, kDraws), ChiSquareLimit(3));
}

TEST(RandomStreamTest, ABoundOfOneIsAlwaysZero) {
  RandomStream random(1, 1, 1, 1);
  EXPECT_EQ(random.Below(1), 0u);
  EXPECT_TRUE(random.Below128(1) == 0);
}

}  // namespace
}  // namespace motzkin::generator
