#include "common/expression/derivative.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "common/expression/operation.h"
#include "common/expression/printer.h"
#include "common/expression/testing/random_trees.h"

namespace motzkin::expression {
namespace {

using test::Parse;

// Returns the derivative of a text, as text.
std::string DerivativeOf(std::string_view text) {
  Pool pool;
  const Expr derivative = Derivative(Parse(text, pool), pool);
  return derivative->op() == Op::kUndefined ? "undefined"
                                            : Print(derivative, Format::kInfix).value();
}

TEST(DerivativeTest, DropsZeroAndUnitTerms) {
  EXPECT_EQ(DerivativeOf("3*x + 7"), "3");
  EXPECT_EQ(DerivativeOf("x^2"), "2*x");
  EXPECT_EQ(DerivativeOf("x^3"), "3*x^2");
  EXPECT_EQ(DerivativeOf("e^x"), "e^x");
  EXPECT_EQ(DerivativeOf("2^x"), "2^x*log(2)");
  EXPECT_EQ(DerivativeOf("sin(2)"), "0");
  EXPECT_EQ(DerivativeOf("sign(x)"), "0");
}

TEST(DerivativeTest, SpecialFunctionsFollowTheirConventions) {
  EXPECT_EQ(DerivativeOf("Ei(x)"), "exp(x)/x");
  EXPECT_EQ(DerivativeOf("li(x)"), "1/log(x)");
  EXPECT_EQ(DerivativeOf("dilog(x)"), "log(x)/(1 - x)");
  EXPECT_EQ(DerivativeOf("polylog(2, x)"), "-(log(1 - x)/x)");
  EXPECT_EQ(DerivativeOf("polylog(1, x)"), "1/(1 - x)");
  EXPECT_EQ(DerivativeOf("fresnels(x)"), "sin(pi/2*x^2)");
  EXPECT_EQ(DerivativeOf("Gamma(1/3, x)"), "-(exp(-x)*x^(-2/3))");
  EXPECT_EQ(DerivativeOf("igamma(1/3, x)"), "exp(-x)*x^(-2/3)");
  EXPECT_EQ(DerivativeOf("elliptic_f(x, 3)"), "1/sqrt(1 - 3*sin(x)^2)");
  EXPECT_EQ(DerivativeOf("elliptic_e(x, 3)"), "sqrt(1 - 3*sin(x)^2)");
  EXPECT_EQ(DerivativeOf("weierstrassPInverse(2, 3, x)"), "1/sqrt(4*x^3 - 2*x - 3)");
  EXPECT_EQ(DerivativeOf("weierstrassZeta(2, 3, x)"), "-weierstrassP(2, 3, x)");
  EXPECT_EQ(DerivativeOf("hyper([1, 2], [3], x)"), "2/3*hyper([2, 3], [4], x)");
  EXPECT_EQ(DerivativeOf("besselj(1, x)"), "(besselj(0, x) - besselj(2, x))/2");
}

TEST(DerivativeTest, WithoutARuleItIsUndefined) {
  for (const char* text : {"floor(x)", "re(x)", "digamma(x)", "polylog(x, 2)", "besselj(x, x)",
                           "rootOf(t^2 + x, t)"}) {
    EXPECT_EQ(DerivativeOf(text), "undefined") << text;
  }
  EXPECT_EQ(DerivativeOf("x*rootOf(t^2 + 2, t)"), "rootOf(t^2 + 2, t)");
}

TEST(DerivativeTest, EveryRuleOfTheTableCanBeRead) {
  for (const Operation& operation : AllOperations()) {
    if (operation.derivative.empty()) continue;
    Pool pool;
    std::vector<Expr> children(static_cast<size_t>(operation.arity), pool.Integer(3));
    const size_t argument = operation.differentiable < 0
                                ? children.size() - 1
                                : static_cast<size_t>(operation.differentiable);
    children[argument] = pool.Variable();
    EXPECT_NE(Derivative(pool.Make(operation.op, children), pool)->op(), Op::kUndefined)
        << operation.prefix;
  }
}

TEST(DerivativeTest, EveryElementaryFunctionAgreesWithItsDifferenceQuotient) {
  for (int op = static_cast<int>(Op::kSqrt); op <= static_cast<int>(Op::kAcsch); ++op) {
    Pool pool;
    const Expr f = pool.Unary(static_cast<Op>(op), pool.Variable());
    const Expr derivative = Derivative(f, pool);
    int compared = 0;
    for (const long double x : {-2.7L, -1.3L, -0.6L, 0.3L, 0.7L, 1.9L, 3.1L}) {
      constexpr long double kStep = 1e-6L;
      const long double quotient =
          (test::ValueAt(f, x + kStep) - test::ValueAt(f, x - kStep)) / (2 * kStep);
      const long double value = test::ValueAt(derivative, x);
      if (std::isnan(quotient) || std::isnan(value)) continue;
      ++compared;
      EXPECT_NEAR(static_cast<double>(value / (quotient == 0 ? 1 : quotient)),
                  quotient == 0 ? 0.0 : 1.0, 1e-7)
          << Print(f, Format::kInfix).value() << " at " << x;
    }
    EXPECT_GE(compared, 2) << Print(f, Format::kInfix).value();
  }
}

TEST(DerivativeTest, RandomTreesAgreeWithTheirDifferenceQuotient) {
  const test::Seed seed;
  Pool pool;
  test::RandomTrees trees(seed, pool);
  int compared = 0;
  for (int i = 0; i < 3'000; ++i) {
    pool.Clear();
    const Expr f = trees.Draw(1 + i % 8);
    const Expr derivative = Derivative(f, pool);
    constexpr long double kX = 0.6180339887L;
    constexpr long double kStep = 1e-5L;
    const auto quotient = [&](long double h) {
      return (test::ValueAt(f, kX + h) - test::ValueAt(f, kX - h)) / (2 * h);
    };
    const long double coarse = quotient(2 * kStep);
    const long double fine = quotient(kStep);
    const long double value = test::ValueAt(derivative, kX);
    // Compare only where the difference quotient has settled, away from jumps and spikes.
    const long double scale = 1 + std::fabs(fine) + std::fabs(test::ValueAt(f, kX));
    const long double middle = (test::ValueAt(f, kX + kStep) + test::ValueAt(f, kX - kStep)) / 2;
    const bool smooth = std::fabs(middle - test::ValueAt(f, kX)) < 1e-6L * scale;
    // Skip points where the function swings within a step.
    if (std::isnan(value) || std::fabs(value) > 1e3L || !smooth ||
        !(std::fabs(coarse - fine) < 1e-7L * scale) || scale > 1e6L)
      continue;
    ++compared;
    EXPECT_LT(std::fabs(value - fine), 1e-5L * scale) << Print(f, Format::kInfix).value();
  }
  EXPECT_GT(compared, 300);
}

TEST(DerivativeTest, SharedSubtreesAreDifferentiatedOnce) {
  Pool pool;
  Expr tower = pool.Variable();
  // The tower has 2^300 paths.
  for (int i = 0; i < 300; ++i) tower = pool.Mul(pool.Unary(Op::kSin, tower), tower);
  const uint32_t before = pool.size();
  EXPECT_NE(Derivative(tower, pool)->op(), Op::kUndefined);
  EXPECT_LT(pool.size() - before, 3'000u);
}

}  // namespace
}  // namespace motzkin::expression
