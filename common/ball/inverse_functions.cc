// The inverse circular and hyperbolic functions of Arithmetic, the ones with most domains and cuts.
#include "common/ball/arithmetic.h"
#include "common/ball/real_side.h"
#include "common/expression/operation.h"

namespace motzkin::ball {

using expression::Op;

Ball Arithmetic::InverseFunction(Op op, const Ball& a) {
  if (const Op g = expression::OperationOf(op).of_reciprocal; g != Op::kUndefined) {
    return InverseFunction(g, Inverse(a));
  }
  switch (op) {
    case Op::kAsin:
    case Op::kAtanh:
      return AsinOrAtanh(op, a);
    case Op::kAcos:
      return Acos(a);
    case Op::kAcosh:
      return Acosh(a);
    case Op::kAtan:
    case Op::kAsinh:
      return AtanOrAsinh(op, a);
    default:
      return Ball::Undefined();
  }
}

Ball Arithmetic::AsinOrAtanh(Op op, const Ball& argument) {
  const std::optional<Ball> a = OffRealCut(argument, RealCut::kBeyondOne);
  if (!a) return Ball::Undefined();
  // Inside [-1, 1] the real function keeps the result exactly real. A real ball across +-1 has no
  // value.
  const int inside = a->IsReal() ? InsideUnit(a->real()) : -1;
  if (inside == 0) return Ball::Undefined();
  return inside == 1 ? RealBallOf(op == Op::kAsin ? arb_asin : arb_atanh, a->real(), bits_)
                     : BallOf(op == Op::kAsin ? acb_asin : acb_atanh, a->get(), bits_);
}

Ball Arithmetic::Acos(const Ball& a) {
  // acos is pi/2 - asin(a), as in Arb. On the real segment the real function keeps the result real.
  if (a.IsReal() && InsideUnit(a.real()) == 1) return RealBallOf(arb_acos, a.real(), bits_);
  return Sub(Half(Constant(Op::kPi)), AsinOrAtanh(Op::kAsin, a));
}

Ball Arithmetic::Acosh(const Ball& argument) {
  const std::optional<Ball> a = OffRealCut(argument, RealCut::kBelowOne);
  if (!a) return Ball::Undefined();
  if (!a->IsReal()) return BallOf(acb_acosh, a->get(), bits_);
  if (Side(a->real(), 1) == 1) return RealBallOf(arb_acosh, a->real(), bits_);
  Ball result;
  if (InsideUnit(a->real()) == 1) {
    // acosh(a) is i acos(a) on [-1, 1].
    arb_acos(result.imag(), a->real(), bits_);
  } else if (Side(a->real(), -1) == -1) {
    // acosh(a) is acosh(-a) + i pi below -1, from the upper side of the cut.
    arb_neg(result.real(), a->real());
    arb_acosh(result.real(), result.real(), bits_);
    arb_const_pi(result.imag(), bits_);
  } else {
    return Ball::Undefined();
  }
  return result;
}

Ball Arithmetic::AtanOrAsinh(Op op, const Ball& a) const {
  // Their cuts lie on the imaginary axis beyond +-i. A ball that touches a cut has no value,
  // because the function jumps there.
  const bool on_axis = arb_contains_zero(a.real()) && !arb_is_zero(a.real());
  if (on_axis && !a.IsReal() && InsideUnit(a.imag()) != 1) return Ball::Undefined();
  return a.IsReal() ? RealBallOf(op == Op::kAtan ? arb_atan : arb_asinh, a.real(), bits_)
                    : BallOf(op == Op::kAtan ? acb_atan : acb_asinh, a.get(), bits_);
}

}  // namespace motzkin::ball
