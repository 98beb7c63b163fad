#include "common/expression/derivative_rules.h"

#include <vector>

namespace motzkin::expression {

Expr Builder::Neg(Expr a) { return a->IsInteger(0) ? a : pool_.Neg(a); }

Expr Builder::Add(Expr a, Expr b) {
  if (a->IsInteger(0)) return b;
  if (b->IsInteger(0)) return a;
  return pool_.Add(a, b);
}

Expr Builder::Sub(Expr a, Expr b) {
  if (a->IsInteger(0)) return Neg(b);
  if (b->IsInteger(0)) return a;
  return pool_.Sub(a, b);
}

Expr Builder::Mul(Expr a, Expr b) {
  if (a->op() == Op::kUndefined || b->op() == Op::kUndefined) return Undefined();
  if (a->IsInteger(0) || b->IsInteger(1)) return a;
  if (b->IsInteger(0) || a->IsInteger(1)) return b;
  return pool_.Mul(a, b);
}

Expr Builder::Div(Expr a, Expr b) {
  if (b->IsInteger(1) || (a->IsInteger(0) && b->op() != Op::kUndefined)) return a;
  return pool_.Div(a, b);
}

Expr Builder::Pow(Expr a, Expr b) {
  if (b->IsInteger(1)) return a;
  if (b->IsInteger(0) && a->op() != Op::kUndefined) return Integer(1);
  return pool_.Pow(a, b);
}

Expr Builder::Decrement(Expr a) {
  return a->op() == Op::kNumber ? pool_.Number(a->number() - 1) : pool_.Sub(a, Integer(1));
}

Expr Builder::Increment(Expr a) {
  return a->op() == Op::kNumber ? pool_.Number(a->number() + 1) : pool_.Add(a, Integer(1));
}

namespace {

// 2/sqrt(pi)*exp(exponent)
Expr Gaussian(Expr exponent, Builder& build) {
  const Expr factor = build.Div(build.Integer(2), build.Sqrt(build.Leaf(Op::kPi)));
  return build.Mul(factor, build.Unary(Op::kExp, exponent));
}

Expr FresnelAngle(Expr u, Builder& build) {
  return build.Mul(build.Div(build.Leaf(Op::kPi), build.Integer(2)), build.Square(u));
}

// sqrt(1 - m*sin(phi)^2)
Expr EllipticRoot(Expr phi, Expr m, Builder& build) {
  return build.Sqrt(build.OneMinus(build.Mul(m, build.Square(build.Unary(Op::kSin, phi)))));
}

// (E(m) - (1-m)*K(m)) / (2*m*(1-m))
Expr EllipticKDerivative(Expr node, Expr m, Builder& build) {
  const Expr half_pi = build.Div(build.Leaf(Op::kPi), build.Integer(2));
  const Expr rest = build.OneMinus(m);
  const Expr numerator = build.Sub(build.Binary(Op::kEllipticE, half_pi, m), build.Mul(rest, node));
  return build.Div(numerator, build.Mul(build.Integer(2), build.Mul(m, rest)));
}

Expr PolylogDerivative(Expr s, Expr z, Builder& build) {
  if (s->IsInteger(1)) return build.Reciprocal(build.OneMinus(z));
  if (s->IsInteger(2)) return build.Neg(build.Div(build.Unary(Op::kLog, build.OneMinus(z)), z));
  return build.Div(build.Binary(Op::kPolylog, build.Decrement(s), z), z);
}

// exp(-u)*u^(s-1)
Expr GammaIntegrand(Expr s, Expr u, Builder& build) {
  return build.Mul(build.Unary(Op::kExp, build.Neg(u)), build.Pow(u, build.Decrement(s)));
}

Expr ExpIntegralDerivative(Expr n, Expr u, Builder& build) {
  if (n->IsInteger(1)) return build.Neg(build.Div(build.Unary(Op::kExp, build.Neg(u)), u));
  return build.Neg(build.Binary(Op::kExpIntegralE, build.Decrement(n), u));
}

// (B(n-1, u) -+ B(n+1, u)) / 2
Expr BesselDerivative(Op op, Expr n, Expr u, Builder& build) {
  const Expr lower = build.Binary(op, build.Decrement(n), u);
  const Expr upper = build.Binary(op, build.Increment(n), u);
  const bool differs = op == Op::kBesselJ || op == Op::kBesselY;
  const Expr half =
      build.Div(differs ? build.Sub(lower, upper) : build.Add(lower, upper), build.Integer(2));
  return op == Op::kBesselK ? build.Neg(half) : half;
}

// a1*..*ap / (b1*..*bq) * hyper(a+1, b+1, z)
Expr HypergeometricDerivative(Expr node, Builder& build) {
  const size_t p = node->child(0)->number().get_num().get_ui();
  std::vector<Expr> children(node->children().begin(), node->children().end());
  Expr factor = build.Integer(1);
  for (size_t i = 1; i + 1 < children.size(); ++i) {
    factor = i <= p ? build.Mul(factor, children[i]) : build.Div(factor, children[i]);
    children[i] = build.Increment(children[i]);
  }
  return build.Mul(factor, build.Make(Op::kHypergeometric, children));
}

// 1/sqrt(4*z^3 - g2*z - g3)
Expr WeierstrassInverseDerivative(Expr g2, Expr g3, Expr z, Builder& build) {
  const Expr cubic = build.Mul(build.Integer(4), build.Pow(z, build.Integer(3)));
  return build.Reciprocal(build.Sqrt(build.Sub(build.Sub(cubic, build.Mul(g2, z)), g3)));
}

Expr WeierstrassP(Expr node, Op op, Builder& build) { return build.Make(op, node->children()); }

// sqrt, exp, log, abs, sign.
Expr BasicDerivative(Expr node, Expr u, Builder& build) {
  switch (node->op()) {
    case Op::kSqrt:
      return build.Reciprocal(build.Mul(build.Integer(2), node));
    case Op::kExp:
      return node;
    case Op::kLog:
      return build.Reciprocal(u);
    case Op::kAbs:
      return build.Unary(Op::kSign, u);
    case Op::kSign:
      return build.Integer(0);
    default:
      return build.Undefined();
  }
}

Expr CircularDerivative(Expr node, Expr u, Builder& build) {
  const auto of = [&](Op op) { return build.Unary(op, u); };
  const auto square = [&] { return build.Square(u); };
  const auto inverse_square = [&] { return build.Reciprocal(build.Square(u)); };
  switch (node->op()) {
    case Op::kSin:
      return of(Op::kCos);
    case Op::kCos:
      return build.Neg(of(Op::kSin));
    case Op::kTan:
      return build.OnePlus(build.Square(node));
    case Op::kCot:
      return build.Neg(build.OnePlus(build.Square(node)));
    case Op::kSec:
      return build.Mul(node, of(Op::kTan));
    case Op::kCsc:
      return build.Neg(build.Mul(node, of(Op::kCot)));
    case Op::kAsin:
      return build.Reciprocal(build.Sqrt(build.OneMinus(square())));
    case Op::kAcos:
      return build.Neg(build.Reciprocal(build.Sqrt(build.OneMinus(square()))));
    case Op::kAtan:
      return build.Reciprocal(build.OnePlus(square()));
    case Op::kAcot:
      return build.Neg(build.Reciprocal(build.OnePlus(square())));
    case Op::kAsec:
      return build.Div(inverse_square(), build.Sqrt(build.OneMinus(inverse_square())));
    case Op::kAcsc:
      return build.Neg(build.Div(inverse_square(), build.Sqrt(build.OneMinus(inverse_square()))));
    default:
      return build.Undefined();
  }
}

Expr HyperbolicDerivative(Expr node, Expr u, Builder& build) {
  const auto of = [&](Op op) { return build.Unary(op, u); };
  const auto square = [&] { return build.Square(u); };
  const auto inverse_square = [&] { return build.Reciprocal(build.Square(u)); };
  switch (node->op()) {
    case Op::kSinh:
      return of(Op::kCosh);
    case Op::kCosh:
      return of(Op::kSinh);
    case Op::kTanh:
    case Op::kCoth:
      return build.OneMinus(build.Square(node));
    case Op::kSech:
      return build.Neg(build.Mul(node, of(Op::kTanh)));
    case Op::kCsch:
      return build.Neg(build.Mul(node, of(Op::kCoth)));
    case Op::kAsinh:
      return build.Reciprocal(build.Sqrt(build.OnePlus(square())));
    case Op::kAcosh:  // Not sqrt(u^2 - 1): for u < -1 that has the other sign.
      return build.Reciprocal(
          build.Mul(build.Sqrt(build.Decrement(u)), build.Sqrt(build.Increment(u))));
    case Op::kAtanh:
    case Op::kAcoth:
      return build.Reciprocal(build.OneMinus(square()));
    case Op::kAsech: {
      const Expr inverse = build.Reciprocal(u);
      const Expr roots =
          build.Mul(build.Sqrt(build.Decrement(inverse)), build.Sqrt(build.Increment(inverse)));
      return build.Neg(build.Div(inverse_square(), roots));
    }
    case Op::kAcsch:
      return build.Neg(build.Div(inverse_square(), build.Sqrt(build.OnePlus(inverse_square()))));
    default:
      return build.Undefined();
  }
}

// Of one argument.
Expr SpecialDerivative(Expr node, Expr u, Builder& build) {
  const auto over_u = [&](Op op) { return build.Div(build.Unary(op, u), u); };
  switch (node->op()) {
    case Op::kEi:
      return over_u(Op::kExp);
    case Op::kLi:
      return build.Reciprocal(build.Unary(Op::kLog, u));
    case Op::kSi:
      return over_u(Op::kSin);
    case Op::kCi:
      return over_u(Op::kCos);
    case Op::kShi:
      return over_u(Op::kSinh);
    case Op::kChi:
      return over_u(Op::kCosh);
    case Op::kErf:
      return Gaussian(build.Neg(build.Square(u)), build);
    case Op::kErfc:
      return build.Neg(Gaussian(build.Neg(build.Square(u)), build));
    case Op::kErfi:
      return Gaussian(build.Square(u), build);
    case Op::kFresnelS:
      return build.Unary(Op::kSin, FresnelAngle(u, build));
    case Op::kFresnelC:
      return build.Unary(Op::kCos, FresnelAngle(u, build));
    case Op::kGamma:
      return build.Mul(node, build.Unary(Op::kDigamma, u));
    case Op::kLogGamma:
      return build.Unary(Op::kDigamma, u);
    case Op::kLambertW:
      return build.Div(node, build.Mul(u, build.OnePlus(node)));
    case Op::kDilog:
      return build.Div(build.Unary(Op::kLog, u), build.OneMinus(u));
    case Op::kEllipticK:
      return EllipticKDerivative(node, u, build);
    default:
      return build.Undefined();
  }
}

// Of an argument and parameters.
Expr ParametricDerivative(Expr node, Expr u, Builder& build) {
  switch (node->op()) {
    case Op::kPolylog:
      return PolylogDerivative(node->child(0), u, build);
    case Op::kUpperGamma:
      return build.Neg(GammaIntegrand(node->child(0), u, build));
    case Op::kLowerGamma:
      return GammaIntegrand(node->child(0), u, build);
    case Op::kExpIntegralE:
      return ExpIntegralDerivative(node->child(0), u, build);
    case Op::kEllipticF:
      return build.Reciprocal(EllipticRoot(u, node->child(1), build));
    case Op::kEllipticE:
      return EllipticRoot(u, node->child(1), build);
    case Op::kEllipticPi: {
      const Expr pole =
          build.OneMinus(build.Mul(node->child(0), build.Square(build.Unary(Op::kSin, u))));
      return build.Reciprocal(build.Mul(pole, EllipticRoot(u, node->child(2), build)));
    }
    case Op::kBesselJ:
    case Op::kBesselY:
    case Op::kBesselI:
    case Op::kBesselK:
      return BesselDerivative(node->op(), node->child(0), u, build);
    case Op::kHypergeometric:
      return HypergeometricDerivative(node, build);
    case Op::kWeierstrassP:
      return WeierstrassP(node, Op::kWeierstrassPPrime, build);
    case Op::kWeierstrassPPrime: {
      const Expr square = build.Square(WeierstrassP(node, Op::kWeierstrassP, build));
      return build.Sub(build.Mul(build.Integer(6), square),
                       build.Div(node->child(0), build.Integer(2)));
    }
    case Op::kWeierstrassPInverse:
      return WeierstrassInverseDerivative(node->child(0), node->child(1), u, build);
    case Op::kWeierstrassZeta:
      return build.Neg(WeierstrassP(node, Op::kWeierstrassP, build));
    default:
      return build.Undefined();
  }
}

}  // namespace

Expr OuterDerivative(Expr node, Expr u, Builder& build) {
  const Op op = node->op();
  if (op >= Op::kSqrt && op <= Op::kSign) return BasicDerivative(node, u, build);
  if (op >= Op::kSin && op <= Op::kAcsc) return CircularDerivative(node, u, build);
  if (op >= Op::kSinh && op <= Op::kAcsch) return HyperbolicDerivative(node, u, build);
  return IsFunction(op) ? SpecialDerivative(node, u, build) : ParametricDerivative(node, u, build);
}

}  // namespace motzkin::expression
