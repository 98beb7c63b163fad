#include "common/ball/evaluator.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "common/ball/root_of.h"
#include "common/ball/special_functions.h"
#include "common/base/status_macros.h"

namespace motzkin::ball {
namespace {

using expression::Expr;
using expression::Op;

// A value beyond 2^(2^20) counts as none. Its logarithm would still be exact, but towers of
// exponentials would make numbers grow without bound.
constexpr slong kExponentMax = 1l << 20;

bool IsUsable(const Ball& ball) { return ball.IsFinite() && ball.IsBelow(kExponentMax); }

// Whether the derivative rule of a special function computes values of special functions.
bool HasCostlyDerivative(Op op) {
  constexpr Op kCostly[] = {Op::kGamma,   Op::kLogGamma, Op::kDigamma,       Op::kEllipticK,
                            Op::kPolylog, Op::kBesselJ,  Op::kExpIntegralE,  Op::kBesselY,
                            Op::kBesselI, Op::kBesselK,  Op::kHypergeometric};
  return std::find(std::begin(kCostly), std::end(kCostly), op) != std::end(kCostly);
}

// The units of Evaluator::work(). Special functions and roots of polynomials cost hundreds of times
// as much as arithmetic, and their cost grows faster than the precision.
uint64_t Weight(const PlanStep& step, slong bits) {
  const uint64_t words = 1 + static_cast<uint64_t>(bits) / 64;
  const Op op = step.node->op();
  const bool costly = op == Op::kRootOf ||
                      (expression::IsSpecial(op) && (!step.derivative || HasCostlyDerivative(op)));
  constexpr uint64_t kCostly = 100;
  return costly ? kCostly * words * words : words;
}

}  // namespace

absl::StatusOr<Evaluator> Evaluator::Create(Expr value, Expr differentiated) {
  ASSIGN_OR_RETURN(EvaluationPlan plan, MakePlan(value, differentiated));
  return Evaluator(std::move(plan), value, differentiated);
}

Evaluator::Evaluator(EvaluationPlan plan, Expr value, Expr differentiated)
    : plan_(std::move(plan)), value_(value), differentiated_(differentiated), balls_(plan_.slots) {}

Realness Evaluator::EvaluateValue(const Ball& x, slong bits) {
  return ValueInMode(x, bits, Arithmetic::Mode::kPoint);
}

Realness Evaluator::ValueInMode(const Ball& x, slong bits, Arithmetic::Mode mode) {
  x_ = x;
  arithmetic_ = Arithmetic(bits, mode);
  if (!RefreshConstants(value_group_, plan_.value_constants)) return Realness::kUndefined;
  bool real = value_group_.real;
  if (!Run(plan_.value_steps, real)) return Realness::kUndefined;
  return real ? Realness::kStrictlyReal : Realness::kComplex;
}

bool Evaluator::EvaluateDerivative() {
  if (!RefreshConstants(derivative_group_, plan_.derivative_constants)) return false;
  // Whether F' is real does not matter: its ball is compared with that of f as a complex number.
  bool ignored = true;
  return Run(plan_.derivative_steps, ignored);
}

bool Evaluator::RefreshConstants(ConstantGroup& group, const std::vector<PlanStep>& steps) {
  if (group.bits == arithmetic_.bits()) return group.defined;
  group = {arithmetic_.bits(), false, true, false};
  // The flag in arithmetic_ is about this point. Constants keep theirs in the group, because they
  // are not computed again at the next point and must still count there.
  const bool assumed_before = arithmetic_.assumed_cut();
  arithmetic_.ClearAssumedCut();
  group.defined = Run(steps, group.real);
  group.assumed_cut = arithmetic_.assumed_cut();
  if (!assumed_before) arithmetic_.ClearAssumedCut();
  return group.defined;
}

bool Evaluator::Run(const std::vector<PlanStep>& steps, bool& real) {
  for (const PlanStep& step : steps) {
    work_ += Weight(step, arithmetic_.bits());
    Ball& ball = balls_[step.slot];
    ball = step.derivative ? DerivativeOf(step.node, *this, arithmetic_) : Compute(step);
    // The values above it would be undefined, too, so nothing is lost by stopping.
    if (!IsUsable(ball)) return false;
    real = real && ball.IsReal();
  }
  return true;
}

Ball Evaluator::Compute(const PlanStep& step) {
  const Expr node = step.node;
  switch (node->op()) {
    case Op::kVariable:
      return x_;
    case Op::kNumber:
      return arithmetic_.Rational(node->number());
    case Op::kPi:
    case Op::kE:
    case Op::kI:
    case Op::kEulerGamma:
    case Op::kCatalan:
      return arithmetic_.Constant(node->op());
    case Op::kNeg:
      return arithmetic_.Neg(Value(node->child(0)));
    case Op::kSub:
      return arithmetic_.Sub(Value(node->child(0)), Value(node->child(1)));
    case Op::kDiv:
      return arithmetic_.Div(Value(node->child(0)), Value(node->child(1)));
    case Op::kAdd:
    case Op::kMul:
      return Accumulate(node);
    case Op::kPow:
      return Power(step);
    case Op::kRootOf:
      return RootOf(
          node, [this](Expr child) -> const Ball& { return Value(child); }, arithmetic_.bits());
    case Op::kHypergeometric:
      return HypergeometricValue(node);
    default:
      return FunctionValue(node);
  }
}

Ball Evaluator::Accumulate(Expr node) const {
  const auto children = node->children();
  Ball result = Value(children[0]);
  for (Expr child : children.subspan(1)) {
    result = node->op() == Op::kAdd ? arithmetic_.Add(result, Value(child))
                                    : arithmetic_.Mul(result, Value(child));
  }
  return result;
}

Ball Evaluator::Power(const PlanStep& step) {
  const Expr base = step.node->child(0);
  if (step.exponent) return arithmetic_.PowRational(Value(base), *step.exponent);
  const Ball& exponent = Value(step.node->child(1));
  // e^u through Exp() is exactly real for real u and needs no logarithm of e.
  return base->op() == Op::kE ? arithmetic_.Exp(exponent) : arithmetic_.Pow(Value(base), exponent);
}

Ball Evaluator::FunctionValue(Expr node) {
  if (!expression::IsSpecial(node->op())) {
    return arithmetic_.Function(node->op(), Value(node->child(0)));
  }
  // P(PInverse(w)) is w, and the plan has evaluated w in its place.
  if (const Expr w = InvertedArgument(node); w != nullptr) return Value(w);
  if (node->children().size() == 1) {
    return SpecialFunction(node->op(), Value(node->child(0)), arithmetic_.bits());
  }
  std::vector<const Ball*> arguments;
  for (Expr child : node->children()) arguments.push_back(&Value(child));
  return SpecialFunction(node->op(), arguments, arithmetic_.bits());
}

Ball Evaluator::HypergeometricValue(Expr node) const {
  const HypergeometricParts parts = HypergeometricPartsOf(node, *this);
  return Hypergeometric(parts.upper, parts.lower, *parts.z, 0, arithmetic_.bits());
}

}  // namespace motzkin::ball
