#include "common/ball/derivative_rules.h"

#include <algorithm>

#include "common/ball/function_slopes.h"

namespace motzkin::ball {
namespace {

using expression::Expr;
using expression::Op;

void NeedDerivative(Expr node, Needs& needs) {
  if (node->has_variable()) needs.derivatives.push_back(node);
}

void FindProductNeeds(Expr node, Needs& needs) {
  const auto children = node->children();
  const auto variable = std::count_if(children.begin(), children.end(),
                                      [](Expr child) { return child->has_variable(); });
  for (Expr child : children) {
    NeedDerivative(child, needs);
    // (c*u)' = c*u': the value of a single factor with x is not read.
    if (variable > 1 || !child->has_variable()) needs.values.push_back(child);
  }
}

// These conditions mirror PowDerivative() and PowerOfBaseDerivative(): what they read must be
// needed here, or they would read a ball that was never computed.
void FindPowNeeds(Expr node, Needs& needs) {
  const Expr base = node->child(0), exponent = node->child(1);
  NeedDerivative(base, needs);
  NeedDerivative(exponent, needs);
  if (base->op() != Op::kE) needs.values.push_back(base);
  if (exponent->has_variable()) needs.values.push_back(node);
  if (base->has_variable() && !ExactRational(exponent)) needs.values.push_back(exponent);
}

// |u|' = Re(conj(u) du) / |u|. For real u this is sign(u) Re(du), which keeps the result exactly
// real.
Ball AbsDerivative(const Ball& u, const Ball& du, Arithmetic& m) {
  if (u.IsReal()) return m.Mul(m.Function(Op::kSign, u), m.Function(Op::kRe, du));
  const Ball product = m.Mul(m.Function(Op::kConj, u), du);
  return m.Div(m.Function(Op::kRe, product), m.Function(Op::kAbs, u));
}

// From sign(u) = u / |u|. Where u is real it is constant along the line.
Ball SignDerivative(const Ball& u, const Ball& du, const Ball& own, Arithmetic& m) {
  if (u.IsReal() && du.IsReal()) return Ball();
  return m.Div(m.Sub(du, m.Mul(own, AbsDerivative(u, du, m))), m.Function(Op::kAbs, u));
}

Ball FunctionDerivative(Expr node, const NodeValues& at, Arithmetic& m) {
  // The plan computes no ball for what a rule does not read, so an unread value must not be looked
  // up.
  // An undefined ball owns no memory of FLINT, so it may outlive the thread that made it, whose
  // memory function_filter.cc frees.
  static const Ball kUnread = Ball::Undefined();
  const Op op = node->op();
  const Ball& du = at.Derivative(node->child(0));
  const Ball& u = SlopeReadsArgument(op) ? at.Value(node->child(0)) : kUnread;
  const Ball& own = SlopeReadsOwn(op) ? at.Value(node) : kUnread;
  switch (op) {
    case Op::kAbs:
      return AbsDerivative(u, du, m);
    case Op::kSign:
      return SignDerivative(u, du, own, m);
    case Op::kFloor:
      return own.IsFinite() ? Ball() : Ball::Undefined();
    case Op::kRe:
    case Op::kIm:
    case Op::kConj:
      return m.Function(op, du);
    default:
      return m.Mul(Slope(op, u, own, m), du);
  }
}

Ball SumDerivative(Expr node, const NodeValues& at, Arithmetic& m) {
  Ball result;
  for (Expr child : node->children()) {
    if (child->has_variable()) result = m.Add(result, at.Derivative(child));
  }
  return result;
}

Ball ProductDerivative(Expr node, const NodeValues& at, Arithmetic& m) {
  const auto children = node->children();
  const auto variable = std::count_if(children.begin(), children.end(),
                                      [](Expr child) { return child->has_variable(); });
  if (variable == 1) {
    Ball result(1);
    for (Expr child : children) {
      result = m.Mul(result, child->has_variable() ? at.Derivative(child) : at.Value(child));
    }
    return result;
  }
  // Takes in one factor after another, keeping product and derivative of those before it. That is
  // linear in the number of factors; the textbook's sum of products is quadratic.
  Ball product(1), derivative;
  for (Expr child : children) {
    const Ball& value = at.Value(child);
    derivative = m.Mul(derivative, value);
    if (child->has_variable()) {
      derivative = m.Add(derivative, m.Mul(product, at.Derivative(child)));
    }
    product = m.Mul(product, value);
  }
  return derivative;
}

Ball QuotientDerivative(Expr node, const NodeValues& at, Arithmetic& m) {
  const Expr a = node->child(0), b = node->child(1);
  const Ball& divisor = at.Value(b);
  Ball numerator = a->has_variable() ? at.Derivative(a) : Ball();
  if (b->has_variable()) {
    const Ball quotient = m.Div(at.Value(a), divisor);
    numerator = m.Sub(numerator, m.Mul(quotient, at.Derivative(b)));
  }
  return m.Div(numerator, divisor);
}

// (a^b)' = b a^(b-1) a' for constant b. A rational b goes to PowRational, whose branches at a < 0
// are those of the value itself.
Ball PowerOfBaseDerivative(Expr base, Expr exponent, const NodeValues& at, Arithmetic& m) {
  const Ball& a = at.Value(base);
  if (const std::optional<SmallRational> b = ExactRational(exponent)) {
    SmallRational lower = *b;
    lower.num -= static_cast<long>(lower.den);
    const Ball power = m.Mul(m.PowRational(a, lower), at.Derivative(base));
    return m.Mul(m.Rational(mpq_class(b->num, b->den)), power);
  }
  const Ball& b = at.Value(exponent);
  return m.Mul(m.Mul(b, m.Pow(a, m.AddInteger(b, -1))), at.Derivative(base));
}

Ball PowDerivative(Expr node, const NodeValues& at, Arithmetic& m) {
  const Expr base = node->child(0), exponent = node->child(1);
  if (!exponent->has_variable()) return PowerOfBaseDerivative(base, exponent, at, m);
  // (a^b)' = a^b (b' log a + b a'/a)
  const Ball& own = at.Value(node);
  if (base->op() == Op::kE) return m.Mul(own, at.Derivative(exponent));
  const Ball& a = at.Value(base);
  Ball sum = m.Mul(at.Derivative(exponent), m.Log(a));
  if (base->has_variable()) {
    sum = m.Add(sum, m.Div(m.Mul(at.Value(exponent), at.Derivative(base)), a));
  }
  return m.Mul(own, sum);
}

bool IsSmall(const mpq_class& value) {
  constexpr long kMax = 1l << 31;  // Leaves room for sums of numerators and denominators in a long.
  return abs(value.get_num()) < kMax && value.get_den() < kMax;
}

// Bounds the recursion below; constants nest deeper only in hostile input.
constexpr int kExactDepthMax = 8;

// Engines write exponents as 1/2, -(1/2) or (-1 + 2)/3. Recognizing such constants turns a general
// power into a root, which is cheaper and exactly real.
std::optional<mpq_class> ExactValue(Expr node, int depth) {
  if (node->op() == Op::kNumber) return node->number();
  if (depth == 0 || node->has_variable() || node->children().size() > 2) return std::nullopt;
  if (node->op() == Op::kNeg) {
    const auto a = ExactValue(node->child(0), depth - 1);
    return a ? std::optional(mpq_class(-*a)) : std::nullopt;
  }
  if (node->children().size() != 2 || expression::IsSpecial(node->op())) return std::nullopt;
  const auto a = ExactValue(node->child(0), depth - 1);
  const auto b = a ? ExactValue(node->child(1), depth - 1) : std::nullopt;
  if (!b || !IsSmall(*a) || !IsSmall(*b)) return std::nullopt;
  switch (node->op()) {
    case Op::kAdd:
      return mpq_class(*a + *b);
    case Op::kSub:
      return mpq_class(*a - *b);
    case Op::kMul:
      return mpq_class(*a * *b);
    case Op::kDiv:
      return *b == 0 ? std::nullopt : std::optional(mpq_class(*a / *b));
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<SmallRational> ExactRational(Expr node) {
  const std::optional<mpq_class> value = ExactValue(node, kExactDepthMax);
  if (!value || !IsSmall(*value)) return std::nullopt;
  return SmallRational{value->get_num().get_si(), value->get_den().get_ui()};
}

Expr InvertedArgument(Expr node) {
  if (node->op() != Op::kWeierstrassP && node->op() != Op::kWeierstrassPPrime &&
      node->op() != Op::kWeierstrassZeta) {
    return nullptr;
  }
  const Expr z = node->child(2);
  const bool inverts = z->op() == Op::kWeierstrassPInverse && z->child(0) == node->child(0) &&
                       z->child(1) == node->child(1);
  return inverts ? z->child(2) : nullptr;
}

absl::Status FindNeeds(Expr node, Needs& needs) {
  needs.values.clear();
  needs.derivatives.clear();
  switch (node->op()) {
    case Op::kVariable:
      return absl::OkStatus();
    case Op::kNeg:
    case Op::kAdd:
    case Op::kSub:
      for (Expr child : node->children()) NeedDerivative(child, needs);
      return absl::OkStatus();
    case Op::kMul:
      FindProductNeeds(node, needs);
      return absl::OkStatus();
    case Op::kDiv:
      NeedDerivative(node->child(0), needs);
      NeedDerivative(node->child(1), needs);
      needs.values.push_back(node->child(1));
      if (node->child(1)->has_variable()) needs.values.push_back(node->child(0));
      return absl::OkStatus();
    case Op::kPow:
      FindPowNeeds(node, needs);
      return absl::OkStatus();
    case Op::kRootOf:
      return absl::UnimplementedError("RootOf of a polynomial that holds x");
    default:
      break;
  }
  if (!expression::IsFunction(node->op()) || node->children().size() != 1) {
    return internal::FindSpecialNeeds(node, needs);
  }
  NeedDerivative(node->child(0), needs);
  if (SlopeReadsArgument(node->op())) needs.values.push_back(node->child(0));
  if (SlopeReadsOwn(node->op())) needs.values.push_back(node);
  return absl::OkStatus();
}

Ball DerivativeOf(Expr node, const NodeValues& at, Arithmetic& m) {
  switch (node->op()) {
    case Op::kVariable:
      return Ball(1);
    case Op::kNeg:
      return m.Neg(at.Derivative(node->child(0)));
    case Op::kAdd:
      return SumDerivative(node, at, m);
    case Op::kSub: {
      const Expr a = node->child(0), b = node->child(1);
      if (!b->has_variable()) return at.Derivative(a);
      if (!a->has_variable()) return m.Neg(at.Derivative(b));
      return m.Sub(at.Derivative(a), at.Derivative(b));
    }
    case Op::kMul:
      return ProductDerivative(node, at, m);
    case Op::kDiv:
      return QuotientDerivative(node, at, m);
    case Op::kPow:
      return PowDerivative(node, at, m);
    default:
      break;
  }
  return node->children().size() == 1 ? FunctionDerivative(node, at, m)
                                      : internal::SpecialDerivative(node, at, m);
}

}  // namespace motzkin::ball
