#include "common/generator/logarithmic_integer.h"

#include <gtest/gtest.h>

#include "common/ball/flint.h"

namespace motzkin::generator {
namespace {

// Computes floor(2^64 * e^-k) from a ball so narrow that its two ends have the same floor.
uint64_t ThresholdByBalls(int k) {
  arb_t ball;
  fmpz_t whole;
  arb_init(ball);
  fmpz_init(whole);
  arb_set_si(ball, -k);
  arb_exp(ball, ball, 256);
  arb_mul_2exp_si(ball, ball, 64);
  arb_floor(ball, ball, 256);
  EXPECT_TRUE(arb_get_unique_fmpz(whole, ball));
  const uint64_t threshold = fmpz_get_ui(whole);
  fmpz_clear(whole);
  arb_clear(ball);
  return threshold;
}

TEST(LogarithmicIntegerTest, ThresholdsAreThoseOfBallArithmetic) {
  for (size_t i = 0; i < kLogarithmicThresholds.size(); ++i) {
    const int k = static_cast<int>(i) + 1;
    EXPECT_EQ(kLogarithmicThresholds[i], ThresholdByBalls(k)) << k;
  }
  EXPECT_EQ(ThresholdByBalls(static_cast<int>(kLogarithmicThresholds.size()) + 1), 0u);
}

TEST(LogarithmicIntegerTest, ChangesExactlyAtItsThresholds) {
  EXPECT_EQ(LogarithmicInteger(~uint64_t{0}), 1);
  EXPECT_EQ(LogarithmicInteger(kLogarithmicThresholds[0]), 1);
  EXPECT_EQ(LogarithmicInteger(kLogarithmicThresholds[0] - 1), 2);
  EXPECT_EQ(LogarithmicInteger(kLogarithmicThresholds[9]), 10);
  EXPECT_EQ(LogarithmicInteger(kLogarithmicThresholds[9] - 1), 11);
  EXPECT_EQ(LogarithmicInteger(0), 45);
}

}  // namespace
}  // namespace motzkin::generator
