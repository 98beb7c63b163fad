#include "common/ball/evaluator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>

#include "common/expression/parser.h"

namespace motzkin::ball {
namespace {

using expression::Expr;
using expression::Pool;

double ToDouble(const Ball& a) { return arf_get_d(arb_midref(a.real()), ARF_RND_NEAR); }

// An integrand f and an F in one pool, and the evaluator of both.
struct Pair {
  Pair(std::string_view f, std::string_view differentiated)
      : evaluator(Evaluator::Create(expression::ParseInfix(f, pool).value(),
                                    expression::ParseInfix(differentiated, pool).value())) {}
  Realness At(double x, slong bits = 128) {
    Ball point;
    arb_set_d(point.real(), x);
    return evaluator->EvaluateValue(point, bits);
  }

  Pool pool;
  absl::StatusOr<Evaluator> evaluator;
};

TEST(EvaluatorTest, GivesAValueAndADerivative) {
  Pair pair("x^2+1", "sin(x)*exp(x)");
  EXPECT_EQ(pair.At(0.5), Realness::kStrictlyReal);
  EXPECT_EQ(ToDouble(pair.evaluator->value()), 1.25);
  ASSERT_TRUE(pair.evaluator->EvaluateDerivative());
  EXPECT_NEAR(ToDouble(pair.evaluator->derivative()),
              std::exp(0.5) * (std::sin(0.5) + std::cos(0.5)), 1e-14);
}

TEST(EvaluatorTest, StrictlyRealMeansEveryNode) {
  Pair pair("sqrt(x)*sqrt(x)", "x");
  EXPECT_EQ(pair.At(2), Realness::kStrictlyReal);
  EXPECT_EQ(pair.At(-2), Realness::kComplex);
  EXPECT_EQ(Pair("asin(x)", "x").At(3), Realness::kComplex);
  EXPECT_EQ(Pair("x^(1/3)", "x").At(-1), Realness::kComplex);
  EXPECT_EQ(Pair("I*I*x", "x").At(1), Realness::kComplex);
  EXPECT_EQ(Pair("1/x", "x").At(0), Realness::kUndefined);
}

TEST(EvaluatorTest, OnlyTheValueDecidesWhetherAPointIsReal) {
  Pair pair("1/x", "log(-x)+sqrt(-3)");
  EXPECT_EQ(pair.At(2), Realness::kStrictlyReal);
  ASSERT_TRUE(pair.evaluator->EvaluateDerivative());
  EXPECT_EQ(ToDouble(pair.evaluator->derivative()), 0.5);
}

TEST(EvaluatorTest, ValuesThatNoRuleReadsAreNotComputed) {
  Pair cheap("x", "Ei(x)");
  Pair dear("x", "x*Ei(x)");
  cheap.At(1.5);
  const uint64_t value_work = cheap.evaluator->work();
  ASSERT_TRUE(cheap.evaluator->EvaluateDerivative());
  const uint64_t cheap_work = cheap.evaluator->work() - value_work;
  dear.At(1.5);
  ASSERT_TRUE(dear.evaluator->EvaluateDerivative());
  EXPECT_LT(cheap_work, dear.evaluator->work() - value_work);
}

TEST(EvaluatorTest, ConstantsAreComputedOncePerPrecision) {
  Pair pair("x*sin(1)", "x*exp(sqrt(2)+log(3))");
  pair.At(1);
  pair.evaluator->EvaluateDerivative();
  const uint64_t first = pair.evaluator->work();
  pair.At(2);
  pair.evaluator->EvaluateDerivative();
  EXPECT_LT(pair.evaluator->work() - first, first);
}

TEST(EvaluatorTest, MorePrecisionGivesMoreDigits) {
  Pair pair("sin(x)^2+cos(x)^2-1", "x");
  ASSERT_EQ(pair.At(0.7, 128), Realness::kStrictlyReal);
  mag_t coarse;
  mag_init(coarse);
  acb_get_mag(coarse, pair.evaluator->value().get());
  ASSERT_EQ(pair.At(0.7, 1024), Realness::kStrictlyReal);
  EXPECT_TRUE(pair.evaluator->value().ContainsZero());
  mag_t fine;
  mag_init(fine);
  acb_get_mag(fine, pair.evaluator->value().get());
  EXPECT_LT(mag_cmp(fine, coarse), 0);
  mag_clear(coarse);
  mag_clear(fine);
}

TEST(EvaluatorTest, WhatHasNoRuleIsRefusedByName) {
  for (const char* text :
       {"besselj(x,2)", "weierstrassP(1,2,x)", "rootOf(t^2-x,t)", "uppergamma(x,2)"}) {
    EXPECT_TRUE(absl::IsUnimplemented(Pair("x", text).evaluator.status())) << text;
  }
}

TEST(EvaluatorTest, RootsAreTheSameAtEveryPrecision) {
  Pair pair("rootOf(t^3-2,t)+x", "x");
  for (const slong bits : {64, 128, 1024}) {
    ASSERT_EQ(pair.At(0, bits), Realness::kStrictlyReal);
    EXPECT_DOUBLE_EQ(ToDouble(pair.evaluator->value()), std::cbrt(2.0));
  }
  // The smaller of two real roots.
  Pair two("rootOf(t^2-t-1,t)+x", "x");
  ASSERT_EQ(two.At(0), Realness::kStrictlyReal);
  EXPECT_DOUBLE_EQ(ToDouble(two.evaluator->value()), (1 - std::sqrt(5)) / 2);
}

TEST(EvaluatorTest, ARootMayStandInThePolynomialOfAnother) {
  // Dividing t^2-t-1 by its first root leaves the other one.
  Pair pair("rootOf(s+rootOf(t^2-t-1,t)-1,s)+x", "x");
  ASSERT_EQ(pair.At(0), Realness::kStrictlyReal);
  EXPECT_DOUBLE_EQ(ToDouble(pair.evaluator->value()), (1 + std::sqrt(5)) / 2);
}

TEST(EvaluatorTest, TowersOfExponentialsHaveNoValueAndCostNothing) {
  Pair pair("exp(exp(exp(exp(x))))", "exp(exp(exp(exp(x))))");
  EXPECT_EQ(pair.At(100), Realness::kUndefined);
}

}  // namespace
}  // namespace motzkin::ball
