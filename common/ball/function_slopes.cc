#include "common/ball/function_slopes.h"

#include <algorithm>
#include <iterator>

#include "common/ball/special_functions.h"
#include "common/expression/operation.h"

namespace motzkin::ball {
namespace {

using expression::Op;

struct Point {
  const Ball& u;
  const Ball& own;
  Arithmetic& m;
};

enum Reads { kNothing = 0, kArgument = 1, kOwn = 2, kBoth = 3 };

struct Row {
  Op op;
  Reads reads;
  Ball (*slope)(const Point&) = nullptr;
};

// Returns sqrt(1 - u) sqrt(1 + u), which is sqrt(1 - u^2) with the branches of asin'.
Ball UnitRoot(const Point& p) {
  return p.m.Mul(p.m.Sqrt(p.m.AddInteger(p.m.Neg(p.u), 1)), p.m.Sqrt(p.m.AddInteger(p.u, 1)));
}

// Returns sqrt(u - 1) sqrt(u + 1), which has the branches of acosh'.
Ball HyperbolicRoot(const Point& p) {
  return p.m.Mul(p.m.Sqrt(p.m.AddInteger(p.u, -1)), p.m.Sqrt(p.m.AddInteger(p.u, 1)));
}

Ball OnePlusSquare(const Ball& a, Arithmetic& m) { return m.AddInteger(m.Square(a), 1); }

Ball OneMinusSquare(const Ball& a, Arithmetic& m) { return m.AddInteger(m.Neg(m.Square(a)), 1); }

// Returns 2 / sqrt(pi) e^(sign*u^2): erf'(u) for the sign -1 and erfi'(u) for 1.
Ball ErrorSlope(const Point& p, int sign) {
  const Ball exponent = p.m.MulInteger(p.m.Square(p.u), sign);
  const Ball root = p.m.Sqrt(p.m.Constant(Op::kPi));
  return p.m.Div(p.m.MulInteger(p.m.Exp(exponent), 2), root);
}

Ball FresnelSlope(const Point& p, Op integrand) {
  return p.m.Function(integrand, Half(p.m.Mul(p.m.Constant(Op::kPi), p.m.Square(p.u))));
}

// Returns the derivative of the integral of function(t) / t from a constant to u.
Ball OverArgument(const Point& p, Op function) { return p.m.Div(p.m.Function(function, p.u), p.u); }

// Returns K'(m) = (E - (1-m) K) / (2 m (1-m)).
Ball EllipticKSlope(const Point& p) {
  const Ball rest = p.m.AddInteger(p.m.Neg(p.u), 1);
  const Ball numerator = p.m.Sub(CompleteEllipticE(p.u, p.m.bits()), p.m.Mul(rest, p.own));
  return p.m.Div(numerator, p.m.MulInteger(p.m.Mul(p.u, rest), 2));
}

// Returns W'(u) = e^-W / (1 + W), which is finite at u = 0, unlike W / (u (1 + W)).
Ball LambertSlope(const Point& p) {
  return p.m.Div(p.m.Exp(p.m.Neg(p.own)), p.m.AddInteger(p.own, 1));
}

Ball DigammaAt(const Point& p) { return SpecialFunction(Op::kDigamma, p.u, p.m.bits()); }

// A row without a slope has rules of its own in derivative_rules.cc. asec, acsc, asech and acsch have
// no row, because they are functions of 1/u.
// clang-format off
constexpr Row kRows[] = {
    {Op::kSqrt, kOwn, [](const Point& p) { return p.m.Inverse(p.m.MulInteger(p.own, 2)); }},
    {Op::kExp, kOwn, [](const Point& p) { return p.own; }},
    {Op::kLog, kArgument, [](const Point& p) { return p.m.Inverse(p.u); }},
    {Op::kAbs, kArgument},
    {Op::kSign, kBoth},
    {Op::kFloor, kOwn},
    {Op::kRe, kNothing},
    {Op::kIm, kNothing},
    {Op::kConj, kNothing},
    {Op::kSin, kArgument, [](const Point& p) { return p.m.Function(Op::kCos, p.u); }},
    {Op::kCos, kArgument, [](const Point& p) { return p.m.Neg(p.m.Function(Op::kSin, p.u)); }},
    {Op::kTan, kOwn, [](const Point& p) { return OnePlusSquare(p.own, p.m); }},
    {Op::kCot, kOwn, [](const Point& p) { return p.m.Neg(OnePlusSquare(p.own, p.m)); }},
    {Op::kSec, kBoth, [](const Point& p) { return p.m.Mul(p.own, p.m.Function(Op::kTan, p.u)); }},
    {Op::kCsc, kBoth,
     [](const Point& p) { return p.m.Neg(p.m.Mul(p.own, p.m.Function(Op::kCot, p.u))); }},
    {Op::kSinh, kArgument, [](const Point& p) { return p.m.Function(Op::kCosh, p.u); }},
    {Op::kCosh, kArgument, [](const Point& p) { return p.m.Function(Op::kSinh, p.u); }},
    {Op::kTanh, kOwn, [](const Point& p) { return OneMinusSquare(p.own, p.m); }},
    {Op::kCoth, kOwn, [](const Point& p) { return OneMinusSquare(p.own, p.m); }},
    {Op::kSech, kBoth,
     [](const Point& p) { return p.m.Neg(p.m.Mul(p.own, p.m.Function(Op::kTanh, p.u))); }},
    {Op::kCsch, kBoth,
     [](const Point& p) { return p.m.Neg(p.m.Mul(p.own, p.m.Function(Op::kCoth, p.u))); }},
    {Op::kAsin, kArgument, [](const Point& p) { return p.m.Inverse(UnitRoot(p)); }},
    {Op::kAcos, kArgument, [](const Point& p) { return p.m.Neg(p.m.Inverse(UnitRoot(p))); }},
    {Op::kAtan, kArgument, [](const Point& p) { return p.m.Inverse(OnePlusSquare(p.u, p.m)); }},
    {Op::kAcot, kArgument,
     [](const Point& p) { return p.m.Neg(p.m.Inverse(OnePlusSquare(p.u, p.m))); }},
    {Op::kAsinh, kArgument,
     [](const Point& p) { return p.m.Inverse(p.m.Sqrt(OnePlusSquare(p.u, p.m))); }},
    {Op::kAcosh, kArgument, [](const Point& p) { return p.m.Inverse(HyperbolicRoot(p)); }},
    {Op::kAtanh, kArgument, [](const Point& p) { return p.m.Inverse(OneMinusSquare(p.u, p.m)); }},
    {Op::kAcoth, kArgument, [](const Point& p) { return p.m.Inverse(OneMinusSquare(p.u, p.m)); }},
    {Op::kEi, kArgument, [](const Point& p) { return OverArgument(p, Op::kExp); }},
    {Op::kLi, kArgument, [](const Point& p) { return p.m.Inverse(p.m.Log(p.u)); }},
    {Op::kSi, kArgument, [](const Point& p) { return OverArgument(p, Op::kSin); }},
    {Op::kCi, kArgument, [](const Point& p) { return OverArgument(p, Op::kCos); }},
    {Op::kShi, kArgument, [](const Point& p) { return OverArgument(p, Op::kSinh); }},
    {Op::kChi, kArgument, [](const Point& p) { return OverArgument(p, Op::kCosh); }},
    {Op::kErf, kArgument, [](const Point& p) { return ErrorSlope(p, -1); }},
    {Op::kErfc, kArgument, [](const Point& p) { return p.m.Neg(ErrorSlope(p, -1)); }},
    {Op::kErfi, kArgument, [](const Point& p) { return ErrorSlope(p, 1); }},
    {Op::kFresnelS, kArgument, [](const Point& p) { return FresnelSlope(p, Op::kSin); }},
    {Op::kFresnelC, kArgument, [](const Point& p) { return FresnelSlope(p, Op::kCos); }},
    {Op::kGamma, kBoth, [](const Point& p) { return p.m.Mul(p.own, DigammaAt(p)); }},
    {Op::kLogGamma, kArgument, DigammaAt},
    {Op::kDigamma, kArgument, [](const Point& p) { return Trigamma(p.u, p.m.bits()); }},
    {Op::kLambertW, kOwn, LambertSlope},
    {Op::kDilog, kArgument,
     [](const Point& p) { return p.m.Div(p.m.Log(p.u), p.m.AddInteger(p.m.Neg(p.u), 1)); }},
    {Op::kEllipticK, kBoth, EllipticKSlope},
};
// clang-format on

const Row* Find(Op op) {
  const Row* found = std::find_if(std::begin(kRows), std::end(kRows),
                                  [op](const Row& row) { return row.op == op; });
  return found == std::end(kRows) ? nullptr : found;
}

Reads ReadsOf(Op op) {
  const Row* row = Find(op);
  return row == nullptr ? kArgument : row->reads;
}

}  // namespace

bool SlopeReadsArgument(Op op) { return (ReadsOf(op) & kArgument) != 0; }

bool SlopeReadsOwn(Op op) { return (ReadsOf(op) & kOwn) != 0; }

Ball Slope(Op op, const Ball& u, const Ball& own, Arithmetic& m) {
  if (const Row* row = Find(op); row != nullptr && row->slope != nullptr) {
    return row->slope({u, own, m});
  }
  // f(u) = g(1/u), so f'(u) = -g'(1/u) / u^2. No such g has a slope that reads its own value.
  const Op g = expression::OperationOf(op).of_reciprocal;
  if (g == Op::kUndefined) return Ball::Undefined();
  return m.Neg(m.Div(Slope(g, m.Inverse(u), own, m), m.Square(u)));
}

}  // namespace motzkin::ball
