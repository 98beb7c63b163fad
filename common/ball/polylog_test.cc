#include "common/ball/polylog.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/seed.h"

namespace motzkin::ball {
namespace {

Ball Ours(long order, const Ball& z, slong bits) {
  return BallOf(Polylog, Ball(order).get(), z.get(), bits);
}

Ball Arbs(long order, const Ball& z, slong bits) {
  return BallOf(acb_polylog, Ball(order).get(), z.get(), bits);
}

// Balls of all sizes, at all places: exact points and such with a radius, complex, real and on the circle.
class Places {
 public:
  explicit Places(uint64_t seed) : random_(seed) {}

  Ball Next() {
    Ball z = Ball::DyadicComplex(Draw(6 << 20) - (3 << 20), Draw(6 << 20) - (3 << 20), 20);
    switch (Draw(5)) {
      case 0:
        arb_zero(z.imag());
        break;
      case 1:
        acb_mul_2exp_si(z.get(), z.get(), -Draw(12));
        break;
      case 2:  // e^(it)
        arb_zero(z.imag());
        acb_mul_onei(z.get(), z.get());
        acb_exp(z.get(), z.get(), 200);
        break;
      case 3:
        mag_set_ui_2exp_si(arb_radref(z.real()), 1, -Draw(60) - 2);
        mag_set_ui_2exp_si(arb_radref(z.imag()), 1, -Draw(60) - 2);
        break;
      default:
        break;
    }
    return z;
  }

 private:
  long Draw(long below) { return std::uniform_int_distribution<long>(0, below - 1)(random_); }

  std::mt19937_64 random_;
};

TEST(PolylogTest, ContainsWhatArbContains) {
  const test::Seed seed;
  Places places(seed);
  int sharp = 0, exact = 0;
  for (int i = 0; i < 2000; ++i) {
    const Ball z = places.Next();
    const long order = 3 + i % 7;  // one more than has a series of ours
    const slong bits = i % 2 == 0 ? 128 : 256;
    const Ball ours = Ours(order, z, bits);
    const Ball arbs = Arbs(order, z, bits + 64);
    if (!arbs.IsFinite()) continue;
    ASSERT_TRUE(ours.Overlaps(arbs))
        << order << " at " << arb_get_str(z.real(), 20, 0) << ", " << arb_get_str(z.imag(), 20, 0);
    ASSERT_TRUE(!arbs.IsReal() || ours.IsReal());
    if (acb_is_exact(z.get()) == 0) continue;
    ++exact;
    if (acb_rel_accuracy_bits(ours.get()) >= bits - 10) ++sharp;
  }
  EXPECT_GT(sharp, exact * 6 / 10) << "of " << exact << ": our series lose no bits";
}

TEST(PolylogTest, ABallContainsTheValuesAtItsPoints) {
  const test::Seed seed;
  Places places(seed);
  for (int i = 0; i < 500; ++i) {
    const Ball point = places.Next();
    if (acb_is_exact(point.get()) == 0) continue;
    Ball wide = point;
    mag_set_ui_2exp_si(arb_radref(wide.real()), 1, -static_cast<slong>(i % 40));
    mag_set_ui_2exp_si(arb_radref(wide.imag()), 1, -static_cast<slong>(i % 40));
    const Ball around = Ours(3, wide, 128);
    if (around.IsFinite()) {
      EXPECT_TRUE(around.Overlaps(Arbs(3, point, 256)));
    }
  }
}

TEST(PolylogTest, KnownValues) {
  // Li_3(-1) = -3/4 zeta(3), and Li_4(1) = pi^4 / 90, which lies on the cut.
  Ball zeta3 = RealBallOf(arb_zeta_ui, ulong{3}, slong{160});
  acb_mul_si(zeta3.get(), zeta3.get(), -3, 160);
  acb_mul_2exp_si(zeta3.get(), zeta3.get(), -2);
  const Ball at_minus_one = Ours(3, Ball(-1), 128);
  EXPECT_TRUE(at_minus_one.Overlaps(zeta3));
  EXPECT_TRUE(at_minus_one.IsReal());
  EXPECT_GE(acb_rel_accuracy_bits(at_minus_one.get()), 120);
  Ball zeta4 = RealBallOf(arb_zeta_ui, ulong{4}, slong{160});
  EXPECT_TRUE(Ours(4, Ball(1), 128).Overlaps(zeta4));
}

TEST(PolylogTest, TheCutIsLeftToArb) {
  for (const long side : {1, -1}) {
    const Ball near = Ball::DyadicComplex(3, side, 1);
    EXPECT_TRUE(Ours(3, near, 128).Overlaps(Arbs(3, near, 256)));
  }
  const Ball on = Ball::Dyadic(3, 1);
  EXPECT_TRUE(Ours(3, on, 128).Overlaps(Arbs(3, on, 256)));
}

}  // namespace
}  // namespace motzkin::ball
