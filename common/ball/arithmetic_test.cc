#include "common/ball/arithmetic.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <random>

namespace motzkin::ball {
namespace {

using expression::Op;

double Real(const Ball& a) { return arf_get_d(arb_midref(a.real()), ARF_RND_NEAR); }
double Imag(const Ball& a) { return arf_get_d(arb_midref(a.imag()), ARF_RND_NEAR); }

Ball FromDouble(double value) {
  Ball result;
  arb_set_d(result.real(), value);
  return result;
}

// The ball [middle - radius, middle + radius].
Ball Wide(double middle, double radius) {
  Ball result = FromDouble(middle);
  mag_set_d(arb_radref(result.real()), radius);
  return result;
}

TEST(ArithmeticTest, FunctionsStayExactlyRealInsideTheirRealDomains) {
  Arithmetic m(128);
  for (const Op op : {Op::kSqrt, Op::kLog,  Op::kExp,   Op::kAbs,   Op::kSin,   Op::kCos,
                      Op::kTan,  Op::kCot,  Op::kSec,   Op::kCsc,   Op::kAsin,  Op::kAcos,
                      Op::kAtan, Op::kAcot, Op::kSinh,  Op::kCosh,  Op::kTanh,  Op::kCoth,
                      Op::kSech, Op::kCsch, Op::kAsinh, Op::kAtanh, Op::kAsech, Op::kAcsch}) {
    const Ball value = m.Function(op, FromDouble(0.6));
    EXPECT_TRUE(value.IsReal() && value.IsFinite()) << static_cast<int>(op);
  }
  for (const Op op : {Op::kAcosh, Op::kAsec, Op::kAcsc, Op::kAcoth}) {
    const Ball value = m.Function(op, FromDouble(1.6));
    EXPECT_TRUE(value.IsReal() && value.IsFinite()) << static_cast<int>(op);
  }
}

TEST(ArithmeticTest, OutsideOfThemTheyTakePrincipalValues) {
  Arithmetic m(128);
  const Ball root = m.Sqrt(Ball(-4));
  EXPECT_TRUE(arb_is_zero(root.real()));
  EXPECT_EQ(Imag(root), 2);
  EXPECT_DOUBLE_EQ(Imag(m.Log(Ball(-1))), M_PI);
  EXPECT_DOUBLE_EQ(Real(m.Function(Op::kAcosh, Ball(-1))), 0);
  EXPECT_DOUBLE_EQ(Imag(m.Function(Op::kAcosh, FromDouble(0.5))), std::acos(0.5));
  const Ball cube_root = m.PowRational(Ball(-8), {1, 3});
  EXPECT_DOUBLE_EQ(Real(cube_root), 1);
  EXPECT_DOUBLE_EQ(Imag(cube_root), std::sqrt(3));
  EXPECT_FALSE(m.assumed_cut());
}

TEST(ArithmeticTest, ElementaryFunctionsAgreeWithTheStandardLibraryOffTheirCuts) {
  using Complex = std::complex<double>;
  const struct {
    Op op;
    Complex (*function)(const Complex&);
  } kCases[] = {
      {Op::kSqrt, [](const Complex& z) { return std::sqrt(z); }},
      {Op::kLog, [](const Complex& z) { return std::log(z); }},
      {Op::kExp, [](const Complex& z) { return std::exp(z); }},
      {Op::kTan, [](const Complex& z) { return std::tan(z); }},
      {Op::kAsin, [](const Complex& z) { return std::asin(z); }},
      {Op::kAcos, [](const Complex& z) { return std::acos(z); }},
      {Op::kAtan, [](const Complex& z) { return std::atan(z); }},
      {Op::kAsinh, [](const Complex& z) { return std::asinh(z); }},
      {Op::kAcosh, [](const Complex& z) { return std::acosh(z); }},
      {Op::kAtanh, [](const Complex& z) { return std::atanh(z); }},
      {Op::kAsec, [](const Complex& z) { return std::acos(1.0 / z); }},
      {Op::kCsch, [](const Complex& z) { return 1.0 / std::sinh(z); }},
  };
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> part(-2, 2);
  Arithmetic m(128);
  for (const auto& [op, function] : kCases) {
    for (int i = 0; i < 20; ++i) {
      const Complex z(part(random), part(random));
      Ball a = FromDouble(z.real());
      arb_set_d(a.imag(), z.imag());
      const Ball value = m.Function(op, a);
      const Complex expected = function(z);
      EXPECT_NEAR(Real(value), expected.real(), 1e-12 * std::abs(expected) + 1e-13) << z;
      EXPECT_NEAR(Imag(value), expected.imag(), 1e-12 * std::abs(expected) + 1e-13) << z;
    }
  }
}

TEST(ArithmeticTest, AWideBallAcrossASingularityHasNoValue) {
  Arithmetic m(64);
  EXPECT_FALSE(m.Sqrt(Wide(0, 1)).IsFinite());
  EXPECT_FALSE(m.Log(Wide(0, 1)).IsFinite());
  EXPECT_FALSE(m.Function(Op::kAbs, Wide(0, 1)).IsFinite());
  EXPECT_FALSE(m.Function(Op::kSign, Wide(0, 1)).IsFinite());
  EXPECT_FALSE(m.Function(Op::kFloor, Wide(1, 0.1)).IsFinite());
  EXPECT_FALSE(m.Function(Op::kAsin, Wide(1, 0.1)).IsFinite());
  EXPECT_FALSE(m.Function(Op::kAcosh, Wide(1, 0.1)).IsFinite());
  EXPECT_FALSE(m.Function(Op::kTan, Wide(1.5, 0.5)).IsFinite());
  EXPECT_FALSE(m.PowRational(Wide(0, 1), {1, 3}).IsFinite());
  Ball across = Wide(-2, 0.1);
  mag_set_d(arb_radref(across.imag()), 0.1);
  EXPECT_FALSE(m.Log(across).IsFinite());
  EXPECT_FALSE(m.assumed_cut());
  // A ball on one side of the cut has a value.
  EXPECT_TRUE(m.Sqrt(Wide(-2, 1)).IsFinite());
  EXPECT_TRUE(m.Function(Op::kAsin, Wide(2, 0.5)).IsFinite());
}

TEST(ArithmeticTest, AThinBallOnACutTakesThePrincipalValueAndSaysSo) {
  Arithmetic m(128);
  Ball dusty(-4);
  mag_set_ui_2exp_si(arb_radref(dusty.imag()), 1, -120);
  const Ball root = m.Sqrt(dusty);
  EXPECT_TRUE(m.assumed_cut());
  EXPECT_EQ(Imag(root), 2);
  m.ClearAssumedCut();
  m.Sqrt(Ball(-4));
  EXPECT_FALSE(m.assumed_cut());
}

TEST(ArithmeticTest, HugeArgumentsAreRefusedQuickly) {
  Arithmetic m(128);
  Ball huge(1);
  acb_mul_2exp_si(huge.get(), huge.get(), 1'000'000);
  EXPECT_FALSE(m.Function(Op::kSin, huge).IsFinite());
  EXPECT_FALSE(m.Exp(huge).IsFinite());
}

}  // namespace
}  // namespace motzkin::ball
