#include "worker/integrator/verifier/end_bound.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "common/ball/arithmetic.h"
#include "common/ball/derivative_rules.h"
#include "common/ball/evaluator.h"
#include "common/expression/derivative.h"
#include "worker/integrator/verifier/growth.h"

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::BallOf;
using ball::Evaluator;
using ball::RealBallOf;
using ball::Realness;
using expression::Expr;
using expression::Op;
using expression::Pool;

// Each node costs an evaluation of all below it.
constexpr size_t kNodesMax = 150;
constexpr int kTaylorMax = 3;

// The stretch 0 < t <= delta: x is end + side * t or, toward infinity, side / t.
struct Stretch {
  int side = 1;
  Ball delta;
  bool infinite = false;
  Ball end;
  Ball hull;  // all x of a finite stretch
};

Ball UnionOf(const Ball& a, const Ball& b, slong bits) {
  return RealBallOf(arb_union, a.real(), b.real(), bits);
}

class Bounder {
 public:
  // `exact` is the end, if it is known.
  Bounder(Pool& pool, const Stretch& stretch, std::optional<PiNumber> exact, slong bits)
      : pool_(pool),
        stretch_(stretch),
        bits_(bits),
        rules_(stretch.delta, bits),
        at_end_(std::move(exact)) {}

  // Returns the growth of `f`, nodes below it first.
  std::optional<Growth> Of(Expr f) {
    std::vector<Expr> open = {f}, nodes;
    std::map<Expr, bool> seen;
    while (!open.empty()) {
      const Expr node = open.back();
      open.pop_back();
      if (!seen.emplace(node, true).second) continue;
      nodes.push_back(node);
      if (nodes.size() > kNodesMax) return std::nullopt;
      for (const Expr child : node->children()) open.push_back(child);
    }
    // Children have smaller numbers.
    std::sort(nodes.begin(), nodes.end(), [](Expr a, Expr b) { return a->id() < b->id(); });
    for (const Expr node : nodes) {
      if (std::optional<Growth> growth = OfNode(node)) known_.emplace(node, *std::move(growth));
    }
    return Known(f);
  }

  const GrowthRules& rules() const { return rules_; }

 private:
  std::optional<Growth> Known(Expr node) const {
    const auto found = known_.find(node);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
  }

  // Returns the value at a ball, if it is real there.
  std::optional<Ball> ValueAt(Expr expr, const Ball& x) {
    absl::StatusOr<Evaluator> evaluator = Evaluator::Create(expr, pool_.Integer(0));
    if (!evaluator.ok() || evaluator->EvaluateValue(x, bits_) != Realness::kStrictlyReal ||
        evaluator->assumed_cut()) {
      return std::nullopt;
    }
    return evaluator->value();
  }

  std::optional<Growth> OfNode(Expr node) {
    std::optional<Ball> value;
    if (!node->has_variable() || !stretch_.infinite) value = ValueAt(node, stretch_.hull);
    if (value && (!node->has_variable() || !value->ContainsZero())) return rules_.Constant(*value);
    if (!node->has_variable()) return std::nullopt;
    std::optional<Growth> growth = ByRule(node);
    if (!value || (growth && !growth->c.ContainsZero())) return growth;
    // The function is analytic and may be 0 at the end, as 1 - cos(x) at 0, where terms cancel.
    if (std::optional<Growth> taylor = ByTaylor(node)) return taylor;
    return growth ? growth : rules_.Constant(*value);
  }

  bool VanishesAtEnd(Expr expr) {
    const std::optional<PiNumber> exact = at_end_.Of(expr);
    if (exact) return exact->IsZero();
    const std::optional<Ball> value = ValueAt(expr, stretch_.end);
    return value && acb_is_zero(value->get()) != 0;
  }

  std::optional<Growth> ByTaylor(Expr node) {
    Expr derivative = node;
    Ball factorial(1);
    for (int n = 1; n <= kTaylorMax; ++n) {
      if (!VanishesAtEnd(derivative)) return std::nullopt;
      derivative = expression::Derivative(derivative, pool_);
      if (derivative->op() == Op::kUndefined) return std::nullopt;
      acb_mul_si(factorial.get(), factorial.get(), n, bits_);
      const std::optional<Ball> rest = ValueAt(derivative, stretch_.hull);
      if (!rest) return std::nullopt;
      if (rest->ContainsZero()) continue;
      // Lagrange's remainder: f(end + h) = f^(n)(somewhere) h^n / n!
      Growth growth{BallOf(acb_div, rest->get(), factorial.get(), bits_), n};
      if (stretch_.side < 0 && n % 2 == 1) acb_neg(growth.c.get(), growth.c.get());
      return growth;
    }
    return std::nullopt;
  }

  std::optional<Growth> ByRule(Expr node) {
    const auto children = node->children();
    if (node->op() == Op::kVariable) return OfVariable();
    if (node->op() == Op::kPow) return OfPower(node);
    if (node->op() == Op::kLog && children[0]->op() == Op::kAdd) {
      if (std::optional<Growth> log = OfLogNearOne(children[0]->children())) return log;
    }
    std::optional<Growth> growth = Known(children[0]);
    if (!growth) return std::nullopt;
    if (IsQuotientOfSines(node->op())) return OfQuotient(node->op(), children[0]);
    const Growth minus_one = rules_.Constant(Ball(-1));
    switch (node->op()) {
      case Op::kNeg:
        return rules_.Mul(*growth, minus_one);
      case Op::kAdd:
      case Op::kSub:
      case Op::kMul:
      case Op::kDiv:
        for (const Expr child : children.subspan(1)) {
          const std::optional<Growth> other = Known(child);
          if (!growth || !other) return std::nullopt;
          growth = Combine(node->op(), *growth, *other);
        }
        return growth;
      default:
        return OfFunction(node->op(), *growth);
    }
  }

  std::optional<Growth> Combine(Op op, const Growth& a, const Growth& b) const {
    if (op == Op::kAdd) return rules_.Add(a, b);
    if (op == Op::kMul) return rules_.Mul(a, b);
    const std::optional<Growth> other =
        op == Op::kSub ? rules_.Mul(b, rules_.Constant(Ball(-1))) : rules_.Power(b, mpq_class(-1));
    if (!other) return std::nullopt;
    return op == Op::kSub ? rules_.Add(a, *other) : rules_.Mul(a, *other);
  }

  std::optional<Growth> OfVariable() const {
    if (stretch_.infinite) return Growth{Ball(stretch_.side), -1};
    if (acb_is_zero(stretch_.end.get()) != 0) return Growth{Ball(stretch_.side), 1};
    return std::nullopt;
  }

  // log(1 + w) is a multiple of a small w.
  std::optional<Growth> OfLogNearOne(std::span<const Expr> terms) const {
    if (terms.size() != 2) return std::nullopt;
    const Expr rest = terms[0]->IsInteger(1) ? terms[1] : terms[0];
    const std::optional<Growth> w = Known(rest);
    if (!(terms[0]->IsInteger(1) || terms[1]->IsInteger(1)) || !w || !w->Vanishes())
      return std::nullopt;
    const std::optional<Ball> range = rules_.Range(*w);
    if (!range || !range->IsBelow(-1)) return std::nullopt;
    // Its derivative at all values between 0 and w.
    Ball slope = UnionOf(Ball(0), *range, bits_);
    acb_add_si(slope.get(), slope.get(), 1, bits_);
    return rules_.Mul(*w, rules_.Constant(BallOf(acb_inv, slope.get(), bits_)));
  }

  std::optional<Growth> OfPower(Expr node) const {
    const Expr base = node->child(0), exponent = node->child(1);
    const std::optional<Growth> power = Known(exponent);
    if (base->op() == Op::kE) return power ? rules_.Exp(*power) : std::nullopt;
    const std::optional<Growth> of_base = Known(base);
    if (!of_base) return std::nullopt;
    if (const auto rational = ball::ExactRational(exponent))
      return rules_.Power(*of_base, mpq_class(rational->num, rational->den));
    const std::optional<Growth> log = rules_.Log(*of_base);
    if (!log || !power) return std::nullopt;
    const std::optional<Growth> product = rules_.Mul(*power, *log);
    return product ? rules_.Exp(*product) : std::nullopt;
  }

  std::optional<Growth> OfFunction(Op op, const Growth& u) const {
    switch (op) {
      case Op::kExp:
        return rules_.Exp(u);
      case Op::kLog:
        return rules_.Log(u);
      case Op::kSqrt:
        return rules_.Power(u, mpq_class(1, 2));
      case Op::kAbs: {
        Growth growth = u;
        arb_abs(growth.c.real(), growth.c.real());
        return growth;
      }
      case Op::kCosh:
      case Op::kSinh:
        return OfExponentials(op, u);
      case Op::kSech:
        return Reciprocal(OfExponentials(Op::kCosh, u));
      case Op::kCsch:
        return Reciprocal(OfExponentials(Op::kSinh, u));
      default:
        return OfBounded(op, u);
    }
  }

  static bool IsQuotientOfSines(Op op) {
    return op == Op::kTan || op == Op::kCot || op == Op::kSec || op == Op::kCsc;
  }

  // The sine and the cosine may be 0 at the end, and then a Taylor coefficient is needed.
  std::optional<Growth> OfQuotient(Op op, Expr u) {
    const bool over_cosine = op == Op::kTan || op == Op::kSec;
    const std::optional<Growth> below =
        Reciprocal(OfNode(pool_.Unary(over_cosine ? Op::kCos : Op::kSin, u)));
    if (!below || op == Op::kSec || op == Op::kCsc) return below;
    const std::optional<Growth> above = OfNode(pool_.Unary(over_cosine ? Op::kSin : Op::kCos, u));
    return above ? rules_.Mul(*above, *below) : std::nullopt;
  }

  std::optional<Growth> Reciprocal(const std::optional<Growth>& u) const {
    return u ? rules_.Power(*u, mpq_class(-1)) : std::nullopt;
  }

  std::optional<Growth> OfExponentials(Op op, const Growth& u) const {
    if (u.Vanishes()) return OfBounded(op, u);
    const std::optional<Growth> minus_u = rules_.Mul(u, rules_.Constant(Ball(-1)));
    const std::optional<Growth> up = rules_.Exp(u);
    const std::optional<Growth> down = minus_u ? rules_.Exp(*minus_u) : std::nullopt;
    if (!up || !down) return std::nullopt;
    const std::optional<Growth> sum = Combine(op == Op::kCosh ? Op::kAdd : Op::kSub, *up, *down);
    return sum ? rules_.Mul(*sum, rules_.Constant(ball::Half(Ball(1)))) : std::nullopt;
  }

  // Functions that vanish with their argument, and those that are bounded.
  std::optional<Growth> OfBounded(Op op, const Growth& u) const {
    const std::optional<Ball> range = rules_.Range(u);
    if (u.Vanishes() && range) {
      if (const std::optional<Ball> slope = SlopeFromZero(op, *range))
        return rules_.Mul(u, rules_.Constant(*slope));
    }
    if (range) {
      Ball value = ball::Arithmetic(bits_).Function(op, *range);
      if (value.IsFinite() && value.IsReal()) return rules_.Constant(std::move(value));
    }
    Ball bound(1);
    if (op == Op::kAtan) arb_const_pi(bound.real(), bits_);
    const bool bounded =
        op == Op::kSin || op == Op::kCos || op == Op::kAtan || op == Op::kTanh || op == Op::kErf;
    if (!bounded) return std::nullopt;
    return rules_.Constant(UnionOf(bound, BallOf(acb_neg, bound.get()), bits_));
  }

  // Returns f(u)/u for all u of a small range around 0, for an odd function that is monotonous there.
  std::optional<Ball> SlopeFromZero(Op op, const Ball& range) const {
    Ball r;
    arb_get_abs_ubound_arf(arb_midref(r.real()), range.real(), bits_);
    if (!r.IsBelow(-1)) return std::nullopt;
    if (acb_is_zero(r.get()) != 0) return std::nullopt;
    const auto function = [&](Op of) { return ball::Arithmetic(bits_).Function(of, r); };
    Ball other;
    switch (op) {
      // f(u)/u is monotonous in |u| for these, so it lies between its limit, 1, and its value at r.
      case Op::kSin:
      case Op::kTan:
      case Op::kAsin:
      case Op::kAtan:
      case Op::kSinh:
      case Op::kTanh:
      case Op::kAsinh:
      case Op::kAtanh:
        other = BallOf(acb_div, function(op).get(), r.get(), bits_);
        return UnionOf(Ball(1), other, bits_);
      default:
        return std::nullopt;
    }
  }

  Pool& pool_;
  const Stretch& stretch_;
  const slong bits_;
  const GrowthRules rules_;
  ExactValues at_end_;
  std::map<Expr, Growth> known_;
};

}  // namespace

std::optional<Ball> BoundAtEnd(Expr f, Pool& pool, const End& from, int side, const Ball& width) {
  constexpr slong kBits = 384;
  const Ball& end = from.place;
  if (!end.IsReal() || !width.IsReal()) return std::nullopt;
  Stretch stretch;
  stretch.side = side;
  stretch.end = end;
  // An exact number not below the width.
  arb_get_ubound_arf(arb_midref(stretch.delta.real()), width.real(), kBits);
  if (!stretch.delta.IsBelow(-3) || arb_is_positive(stretch.delta.real()) == 0) return std::nullopt;
  Ball other = end;
  if (side > 0) {
    acb_add(other.get(), end.get(), stretch.delta.get(), kBits);
  } else {
    acb_sub(other.get(), end.get(), stretch.delta.get(), kBits);
  }
  stretch.hull = UnionOf(end, other, kBits);
  Bounder bounder(pool, stretch, from.exact, kBits);
  const std::optional<Growth> growth = bounder.Of(f);
  return growth ? bounder.rules().Integral(*growth) : std::nullopt;
}

std::optional<Ball> BoundAtInfinity(Expr f, Pool& pool, int side, long k) {
  constexpr slong kBits = 128;
  Stretch stretch;
  stretch.side = side;
  stretch.infinite = true;
  stretch.delta = Ball::Dyadic(1, k);
  Bounder bounder(pool, stretch, std::nullopt, kBits);
  std::optional<Growth> growth = bounder.Of(f);
  if (!growth) return std::nullopt;
  growth->p -= 2;  // |dx| is dt / t^2.
  return bounder.rules().Integral(*growth);
}

}  // namespace motzkin::integrator
