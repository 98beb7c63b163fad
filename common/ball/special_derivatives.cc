// The derivative rules of special functions (derivative_rules.h).
#include <array>
#include <span>

#include "common/ball/derivative_rules.h"
#include "common/ball/special_functions.h"
#include "common/expression/operation.h"

namespace motzkin::ball {

using expression::Expr;
using expression::Op;

namespace internal {
namespace {

// Returns sqrt(1 - parameter sin(phi)^2).
Ball EllipticRoot(const Ball& parameter, const Ball& sine_squared, Arithmetic& m) {
  return m.Sqrt(m.AddInteger(m.Neg(m.Mul(parameter, sine_squared)), 1));
}

// Returns sqrt(4 w^3 - g2 w - g3), which is P'(PInverse(w)).
Ball WeierstrassRoot(const Ball& g2, const Ball& g3, const Ball& w, Arithmetic& m) {
  const Ball cubic = m.MulInteger(m.Mul(m.Square(w), w), 4);
  return m.Sqrt(m.Sub(m.Sub(cubic, m.Mul(g2, w)), g3));
}

// Returns a function of an order and an argument at the order raised by `shift`.
Ball AtShiftedOrder(Op op, const Ball& order, long shift, const Ball& u, Arithmetic& m) {
  const Ball shifted = m.AddInteger(order, shift);
  const std::array<const Ball*, 2> arguments = {&shifted, &u};
  return SpecialFunction(op, arguments, m.bits());
}

// J' = (J(n-1) - J(n+1)) / 2, likewise Y; I' = (I(n-1) + I(n+1)) / 2; K' = -(K(n-1) + K(n+1)) / 2.
Ball BesselSlope(Op op, const Ball& order, const Ball& u, Arithmetic& m) {
  const Ball below = AtShiftedOrder(op, order, -1, u, m);
  const Ball above = AtShiftedOrder(op, order, 1, u, m);
  switch (op) {
    case Op::kBesselI:
      return Half(m.Add(below, above));
    case Op::kBesselK:
      return m.Neg(Half(m.Add(below, above)));
    default:
      return Half(m.Sub(below, above));
  }
}

// Li_s'(z) = Li_(s-1)(z) / z. For s = 1 and 2, which nearly all answers have, it is elementary.
Ball PolylogSlope(Expr node, const NodeValues& at, Arithmetic& m) {
  const Ball& z = at.Value(node->child(1));
  const std::optional<SmallRational> order = ExactRational(node->child(0));
  const Ball rest = m.AddInteger(m.Neg(z), 1);
  if (order && order->den == 1 && order->num == 1) return m.Inverse(rest);
  if (order && order->den == 1 && order->num == 2) return m.Neg(m.Div(m.Log(rest), z));
  return m.Div(AtShiftedOrder(Op::kPolylog, at.Value(node->child(0)), -1, z, m), z);
}

// E_n'(z) = -E_(n-1)(z), where E_0(z) = e^-z / z.
Ball ExpIntegralSlope(Expr node, const NodeValues& at, Arithmetic& m) {
  const Ball& z = at.Value(node->child(1));
  const std::optional<SmallRational> order = ExactRational(node->child(0));
  if (order && order->den == 1 && order->num == 1) return m.Neg(m.Div(m.Exp(m.Neg(z)), z));
  return m.Neg(AtShiftedOrder(Op::kExpIntegralE, at.Value(node->child(0)), -1, z, m));
}

// The derivative of the lower incomplete gamma function by x is x^(s-1) e^-x.
Ball LowerGammaSlope(Expr node, const NodeValues& at, Arithmetic& m) {
  const Ball& z = at.Value(node->child(1));
  const Ball power = m.Pow(z, m.AddInteger(at.Value(node->child(0)), -1));
  return m.Mul(power, m.Exp(m.Neg(z)));
}

// F' = 1/root, E' = root, Pi' = 1/((1 - n sin^2) root), all by phi, with the root of
// EllipticRoot().
Ball EllipticSlope(Expr node, const NodeValues& at, Arithmetic& m) {
  const bool third_kind = node->op() == Op::kEllipticPi;
  const Ball& phi = at.Value(node->child(third_kind ? 1 : 0));
  const Ball& parameter = at.Value(node->child(third_kind ? 2 : 1));
  const Ball sine_squared = m.Square(m.Function(Op::kSin, phi));
  Ball root = EllipticRoot(parameter, sine_squared, m);
  if (node->op() == Op::kEllipticE) return root;
  if (!third_kind) return m.Inverse(root);
  const Ball pole = m.AddInteger(m.Neg(m.Mul(at.Value(node->child(0)), sine_squared)), 1);
  return m.Inverse(m.Mul(pole, root));
}

// Returns the number of upper parameters; empty if the node does not have the form that
// expression.h demands, since answers are hostile input.
std::optional<size_t> UpperCount(Expr node) {
  const auto count = ExactRational(node->child(0));
  const size_t parameters = node->children().size() - 2;
  if (!count || count->den != 1 || count->num < 0) return std::nullopt;
  const auto upper = static_cast<size_t>(count->num);
  return upper <= parameters ? std::optional(upper) : std::nullopt;
}

// pFq' = a1..ap / (b1..bq) pFq(a+1; b+1; z)
Ball HypergeometricSlope(Expr node, const NodeValues& at, Arithmetic& m) {
  const HypergeometricParts parts = HypergeometricPartsOf(node, at);
  Ball factor(1);
  for (const Ball* a : parts.upper) factor = m.Mul(factor, *a);
  for (const Ball* b : parts.lower) factor = m.Div(factor, *b);
  return m.Mul(factor, Hypergeometric(parts.upper, parts.lower, *parts.z, 1, m.bits()));
}

// Returns d/dw of a Weierstrass function of PInverse(w), apart from P itself, which is w.
Ball InvertedSlope(Expr node, const Ball& g2, const Ball& g3, const Ball& w, Arithmetic& m) {
  const Ball root = WeierstrassRoot(g2, g3, w, m);
  if (node->op() == Op::kWeierstrassZeta) return m.Neg(m.Div(w, root));
  // P''(z) = 6 P(z)^2 - g2/2, divided by P'(z): (12 w^2 - g2) / (2 root).
  return m.Div(m.Sub(m.MulInteger(m.Square(w), 12), g2), m.MulInteger(root, 2));
}

Ball WeierstrassDerivative(Expr node, const NodeValues& at, Arithmetic& m) {
  const Ball& g2 = at.Value(node->child(0));
  const Ball& g3 = at.Value(node->child(1));
  if (node->op() == Op::kWeierstrassPInverse) {
    const Expr w = node->child(2);
    return m.Div(at.Derivative(w), WeierstrassRoot(g2, g3, at.Value(w), m));
  }
  const Expr w = InvertedArgument(node);
  if (node->op() == Op::kWeierstrassP) return at.Derivative(w);
  return m.Mul(InvertedSlope(node, g2, g3, at.Value(w), m), at.Derivative(w));
}

bool IsWeierstrass(Op op) {
  return op == Op::kWeierstrassP || op == Op::kWeierstrassPPrime ||
         op == Op::kWeierstrassPInverse || op == Op::kWeierstrassZeta;
}

Ball MultiSlope(Expr node, const NodeValues& at, Arithmetic& m) {
  switch (node->op()) {
    case Op::kPolylog:
      return PolylogSlope(node, at, m);
    case Op::kUpperGamma:
      return m.Neg(LowerGammaSlope(node, at, m));
    case Op::kLowerGamma:
      return LowerGammaSlope(node, at, m);
    case Op::kExpIntegralE:
      return ExpIntegralSlope(node, at, m);
    case Op::kEllipticF:
    case Op::kEllipticE:
    case Op::kEllipticPi:
      return EllipticSlope(node, at, m);
    case Op::kHypergeometric:
      return HypergeometricSlope(node, at, m);
    default:
      return BesselSlope(node->op(), at.Value(node->child(0)), at.Value(node->child(1)), m);
  }
}

}  // namespace

absl::Status FindSpecialNeeds(Expr node, Needs& needs) {
  const Op op = node->op();
  if (!expression::IsSpecial(op)) return absl::UnimplementedError("a node without a derivative");
  const size_t argument = expression::DifferentiableArgument(node);
  const auto children = node->children();
  for (size_t i = 0; i < children.size(); ++i) {
    // No rule differentiates by a parameter, such as a Bessel function by its order.
    if (i != argument && children[i]->has_variable()) {
      return absl::UnimplementedError("a special function by one of its parameters");
    }
    if (i != argument) needs.values.push_back(children[i]);
  }
  Expr differentiated = children[argument];
  if (IsWeierstrass(op) && op != Op::kWeierstrassPInverse) {
    differentiated = InvertedArgument(node);
    if (differentiated == nullptr) return absl::UnimplementedError("a Weierstrass function");
  }
  if (op == Op::kHypergeometric && !UpperCount(node)) {
    return absl::UnimplementedError("a hypergeometric function without parameter counts");
  }
  needs.values.push_back(differentiated);
  needs.derivatives.push_back(differentiated);
  return absl::OkStatus();
}

Ball SpecialDerivative(Expr node, const NodeValues& at, Arithmetic& m) {
  if (IsWeierstrass(node->op())) return WeierstrassDerivative(node, at, m);
  return m.Mul(MultiSlope(node, at, m),
               at.Derivative(node->child(expression::DifferentiableArgument(node))));
}

}  // namespace internal

HypergeometricParts HypergeometricPartsOf(Expr node, const NodeValues& at) {
  // The node lists the number of upper parameters, those parameters, the lower ones, and z.
  HypergeometricParts parts;
  const size_t upper = internal::UpperCount(node).value_or(0);
  const size_t last = node->children().size() - 1;
  for (size_t i = 1; i < last; ++i) {
    (i <= upper ? parts.upper : parts.lower).push_back(&at.Value(node->child(i)));
  }
  parts.z = &at.Value(node->child(last));
  return parts;
}

}  // namespace motzkin::ball
