#include "common/expression/testing/random_trees.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "common/expression/distinct_nodes.h"
#include "common/expression/exact_numbers.h"
#include "common/expression/parser.h"

namespace motzkin::expression::test {
namespace {

// Noise: sums that cancel to less than this part of their terms, and arguments this near to a
// branch point.
constexpr long double kNoise = 1e-9L;

// A larger value within an expression has lost too many digits for its surroundings.
constexpr long double kAccurateMax = 1e8L;

constexpr long double kNotReal = std::numeric_limits<long double>::quiet_NaN();

long double ToLongDouble(const mpq_class& value) {
  return std::stold(value.get_num().get_str()) / std::stold(value.get_den().get_str());
}

long double Power(long double base, long double exponent) {
  if (base == 0 && exponent == 0) return kNotReal;  // systems disagree on 0^0
  // A negative base with a fractional exponent is complex on the principal branch; pow returns NaN.
  return std::pow(base, exponent);
}

// Whether the value is zero only because it is too small for its type.
bool HasUnderflowed(Expr node, long double value, const std::vector<long double>& values) {
  if (value != 0) return false;
  for (const Expr child : node->children()) {
    if (values[child->id()] == 0) return false;
  }
  switch (node->op()) {
    case Op::kMul:
    case Op::kDiv:
    case Op::kPow:
    case Op::kExp:
    case Op::kSech:
    case Op::kCsch:
      return true;
    default:
      return false;
  }
}

bool HasBranchPointAtOne(Op op) {
  switch (op) {
    case Op::kAsin:
    case Op::kAcos:
    case Op::kAsec:
    case Op::kAcsc:
    case Op::kAcosh:
    case Op::kAtanh:
    case Op::kAcoth:
    case Op::kAsech:
      return true;
    default:
      return false;
  }
}

long double InverseFunctionValue(Op op, long double u) {
  switch (op) {
    case Op::kAsin:
      return std::asin(u);
    case Op::kAcos:
      return std::acos(u);
    case Op::kAtan:
      return std::atan(u);
    case Op::kAcot:
      return u == 0 ? std::numbers::pi_v<long double> / 2 : std::atan(1 / u);
    case Op::kAsec:
      return std::acos(1 / u);
    case Op::kAcsc:
      return std::asin(1 / u);
    case Op::kAsinh:
      return std::asinh(u);
    case Op::kAcosh:
      return std::acosh(u);
    case Op::kAtanh:
      return std::atanh(u);
    case Op::kAcoth:
      return std::atanh(1 / u);
    case Op::kAsech:
      return std::acosh(1 / u);
    case Op::kAcsch:
      return std::asinh(1 / u);
    default:
      return kNotReal;
  }
}

// sign(tan(3*pi)) is 0, but rounding makes it 1 or -1, and an equal expression the other one.
bool IsNextToAJump(Op op, long double u) {
  if (op == Op::kSign) return u != 0 && std::fabs(u) < kNoise;
  const long double nearest = std::round(u);
  return op == Op::kFloor && u != nearest && std::fabs(u - nearest) < kNoise;
}

long double FunctionValue(Op op, long double u) {
  if (IsNextToAJump(op, u)) return kNotReal;
  if (HasBranchPointAtOne(op) && u != 1 && u != -1 && std::fabs(std::fabs(u) - 1) < kNoise)
    return kNotReal;
  switch (op) {
    case Op::kSqrt:
      return std::sqrt(u);
    case Op::kExp:
      return std::exp(u);
    case Op::kLog:
      return std::log(u);
    case Op::kAbs:
      return std::fabs(u);
    case Op::kSign:
      return u > 0 ? 1 : u < 0 ? -1 : 0;
    case Op::kSin:
      return std::sin(u);
    case Op::kCos:
      return std::cos(u);
    case Op::kTan:
      return std::tan(u);
    case Op::kCot:
      return 1 / std::tan(u);
    case Op::kSec:
      return 1 / std::cos(u);
    case Op::kCsc:
      return 1 / std::sin(u);
    case Op::kSinh:
      return std::sinh(u);
    case Op::kCosh:
      return std::cosh(u);
    case Op::kTanh:
      return std::tanh(u);
    case Op::kCoth:
      return 1 / std::tanh(u);
    case Op::kSech:
      return 1 / std::cosh(u);
    case Op::kCsch:
      return 1 / std::sinh(u);
    case Op::kFloor:
      return std::floor(u);
    case Op::kErf:
      return std::erf(u);
    case Op::kErfc:
      return std::erfc(u);
    case Op::kGamma:
      return std::tgamma(u);
    default:
      return InverseFunctionValue(op, u);
  }
}

// Returns NaN if nothing but rounding is left of the terms.
long double WithoutNoise(long double sum, long double largest_term) {
  return sum != 0 && std::fabs(sum) < kNoise * largest_term ? kNotReal : sum;
}

long double NodeValue(Expr node, const std::vector<long double>& values, long double x) {
  const auto of = [&](size_t i) { return values[node->child(i)->id()]; };
  for (const Expr child : node->children()) {
    if (std::isnan(values[child->id()])) return kNotReal;
  }
  long double value = 0;
  long double largest = 0;
  switch (node->op()) {
    case Op::kNumber:
      return ToLongDouble(node->number());
    case Op::kVariable:
      return x;
    case Op::kPi:
      return std::numbers::pi_v<long double>;
    case Op::kE:
      return std::numbers::e_v<long double>;
    case Op::kNeg:
      return -of(0);
    case Op::kAdd:
      for (const Expr child : node->children()) {
        value += values[child->id()];
        largest = std::max(largest, std::fabs(values[child->id()]));
      }
      return WithoutNoise(value, largest);
    case Op::kSub:
      return WithoutNoise(of(0) - of(1), std::max(std::fabs(of(0)), std::fabs(of(1))));
    case Op::kMul:
      value = 1;
      for (const Expr child : node->children()) value *= values[child->id()];
      return value;
    case Op::kDiv:
      return of(0) / of(1);
    case Op::kPow:
      return Power(of(0), of(1));
    default:
      return IsFunction(node->op()) ? FunctionValue(node->op(), of(0)) : kNotReal;
  }
}

}  // namespace

Expr Parse(std::string_view text, Pool& pool) {
  absl::StatusOr<Expr> expr = ParseInfix(text, pool);
  EXPECT_TRUE(expr.ok()) << text << ": " << expr.status();
  return expr.ok() ? *expr : pool.Undefined();
}

Expr RandomTrees::Leaf() {
  switch (Below(8)) {
    case 0:
    case 1:
    case 2:
      return pool_.Integer(Below(12) - 4);
    case 3:
      return pool_.Integer(Below(100'000) - 50'000);
    case 4:
      return pool_.Leaf(Below(2) == 0 ? Op::kPi : Op::kE);
    default:
      return pool_.Variable();
  }
}

Op RandomTrees::Function() {
  const int count = static_cast<int>(Op::kAcsch) - static_cast<int>(Op::kSqrt) + 1;
  while (true) {
    const Op op = static_cast<Op>(static_cast<int>(Op::kSqrt) + Below(count));
    const bool paraphrased = op == Op::kAcot || op == Op::kAsech || op == Op::kAcsch;
    if (functions_ == Functions::kElementary || !paraphrased) return op;
  }
}

Expr RandomTrees::Draw(int operations) {
  constexpr Op kBinary[] = {Op::kAdd, Op::kSub, Op::kMul, Op::kPow};
  if (operations <= 0) return Leaf();
  const int kind = Below(10);
  if (kind == 0) return pool_.Neg(Draw(operations - 1));
  if (kind <= 3) return pool_.Unary(Function(), Draw(operations - 1));
  const int left = Below(operations);
  const Expr a = Draw(left);
  const Expr b = Draw(operations - 1 - left);
  if (kind <= 5) return Quotient(pool_, a, b);
  return pool_.Binary(kBinary[Below(std::size(kBinary))], a, b);
}

long double ValueAt(Expr expr, long double x) {
  std::vector<long double> values(size_t{expr->id()} + 1, kNotReal);
  for (const Expr node : DistinctNodes(expr)) {
    const long double value = NodeValue(node, values, x);
    const bool accurate = std::fabs(value) < kAccurateMax && !HasUnderflowed(node, value, values);
    values[node->id()] = accurate ? value : kNotReal;
  }
  return values[expr->id()];
}

}  // namespace motzkin::expression::test
