#include "common/ball/arithmetic.h"

#include "common/ball/real_side.h"

namespace motzkin::ball {
namespace {

using expression::Op;

// sin(2^2048) needs 2,048 bits more of pi than sin(1) does. A larger argument counts as having no
// value.
constexpr slong kPeriodicExponentMax = 2'048;

bool FitsPeriod(const Ball& a) { return a.IsBelow(kPeriodicExponentMax); }

// The two versions of a circular or hyperbolic function in Arb: for real balls and for complex
// ones.
struct Periodic {
  Op op;
  void (*real)(arb_t, const arb_t, slong);
  void (*complex)(acb_t, const acb_t, slong);
};

constexpr Periodic kPeriodic[] = {
    {Op::kSin, arb_sin, acb_sin},    {Op::kCos, arb_cos, acb_cos},
    {Op::kTan, arb_tan, acb_tan},    {Op::kCot, arb_cot, acb_cot},
    {Op::kSec, arb_sec, acb_sec},    {Op::kCsc, arb_csc, acb_csc},
    {Op::kSinh, arb_sinh, acb_sinh}, {Op::kCosh, arb_cosh, acb_cosh},
    {Op::kTanh, arb_tanh, acb_tanh}, {Op::kCoth, arb_coth, acb_coth},
    {Op::kSech, arb_sech, acb_sech}, {Op::kCsch, arb_csch, acb_csch},
};

// Applies the real version of a function to a real ball and the complex one to any other. Arb's
// complex versions would leave a tiny imaginary part on a real argument, and then it would not
// count as strictly real.
template <typename RealFunction, typename ComplexFunction>
Ball Apply(RealFunction real, ComplexFunction complex, const Ball& a, slong bits) {
  return a.IsReal() ? RealBallOf(real, a.real(), bits) : BallOf(complex, a.get(), bits);
}

// |a| is not differentiable at 0, so a ball around 0 has no value.
Ball Abs(const Ball& a, slong bits, Arithmetic::Mode mode) {
  if (mode == Arithmetic::Mode::kContinuation && !a.IsReal())
    return BallOf(acb_real_abs, a.get(), 1, bits);
  return a.ContainsZero() && mode != Arithmetic::Mode::kEnclosure
             ? Ball::Undefined()
             : RealBallOf(acb_abs, a.get(), bits);
}

// An inexact result means that the ball crosses a step.
Ball Floor(const Ball& a, slong bits, Arithmetic::Mode mode) {
  if (mode == Arithmetic::Mode::kContinuation && !a.IsReal())
    return BallOf(acb_real_floor, a.get(), 1, bits);
  if (!a.IsReal()) return Ball::Undefined();
  Ball result = RealBallOf(arb_floor, a.real(), bits);
  return arb_is_exact(result.real()) || mode == Arithmetic::Mode::kEnclosure ? result
                                                                             : Ball::Undefined();
}

}  // namespace

Ball Arithmetic::Rational(const mpq_class& value) const {
  Ball result;
  fmpq_t rational;
  fmpq_init(rational);
  fmpq_set_mpq(rational, value.get_mpq_t());
  arb_set_fmpq(result.real(), rational, bits_);
  fmpq_clear(rational);
  return result;
}

Ball Arithmetic::Constant(Op leaf) const {
  switch (leaf) {
    case Op::kPi:
      return RealBallOf(arb_const_pi, bits_);
    case Op::kE:
      return RealBallOf(arb_const_e, bits_);
    case Op::kI:
      return BallOf(acb_onei);
    case Op::kEulerGamma:
      return RealBallOf(arb_const_euler, bits_);
    case Op::kCatalan:
      return RealBallOf(arb_const_catalan, bits_);
    default:
      return Ball::Undefined();
  }
}

bool Arithmetic::IsThin(const Ball& a) const {
  // Thin means that the ball would still be a point for every purpose here if half of its bits were
  // wrong.
  return mag_cmp_2exp_si(arb_radref(a.imag()), -bits_ / 2) < 0 &&
         acb_rel_accuracy_bits(a.get()) > bits_ / 2;
}

std::optional<Ball> Arithmetic::OffRealCut(const Ball& a, RealCut cut) {
  if (a.IsReal() || !arb_contains_zero(a.imag())) return a;
  int on_cut = 0;  // 1: certainly over the cut; -1: certainly not over it
  switch (cut) {
    case RealCut::kBelowZero:
      on_cut = -Side(a.real(), 0);
      break;
    case RealCut::kBelowOne:
      on_cut = -Side(a.real(), 1);
      break;
    case RealCut::kBeyondOne:
      on_cut = -InsideUnit(a.real());
      break;
  }
  if (on_cut == -1) return a;
  if (on_cut == 0 || !IsThin(a)) return std::nullopt;
  assumed_cut_ = true;
  Ball projected = a;
  arb_zero(projected.imag());
  return projected;
}

Ball Arithmetic::Sqrt(const Ball& argument) {
  const std::optional<Ball> a = OffRealCut(argument, RealCut::kBelowZero);
  if (!a) return Ball::Undefined();
  if (!a->IsReal()) return BallOf(acb_sqrt, a->get(), bits_);
  if (arb_is_nonnegative(a->real())) return RealBallOf(arb_sqrt, a->real(), bits_);
  if (!arb_is_negative(a->real())) return Ball::Undefined();
  Ball result;
  arb_neg(result.imag(), a->real());
  arb_sqrt(result.imag(), result.imag(), bits_);
  return result;
}

Ball Arithmetic::Log(const Ball& argument) {
  const std::optional<Ball> a = OffRealCut(argument, RealCut::kBelowZero);
  if (!a || a->ContainsZero()) return Ball::Undefined();
  if (!a->IsReal()) return BallOf(acb_log, a->get(), bits_);
  if (arb_is_positive(a->real())) return RealBallOf(arb_log, a->real(), bits_);
  Ball result = RealBallOf(arb_neg, a->real());
  arb_log(result.real(), result.real(), bits_);
  arb_const_pi(result.imag(), bits_);
  return result;
}

Ball Arithmetic::Exp(const Ball& a) const {
  if (!FitsPeriod(a)) return Ball::Undefined();
  return Apply(arb_exp, acb_exp, a, bits_);
}

Ball Arithmetic::Pow(const Ball& a, const Ball& b) {
  if (b.IsReal() && arb_is_int(b.real())) {
    // Integer powers have no branch cut. Arb computes them by squaring or, when huge, through exp
    // and log.
    return a.IsReal() ? RealBallOf(arb_pow, a.real(), b.real(), bits_)
                      : BallOf(acb_pow, a.get(), b.get(), bits_);
  }
  if (a.IsReal() && b.IsReal() && arb_is_positive(a.real())) {
    return RealBallOf(arb_pow, a.real(), b.real(), bits_);
  }
  // Our own Log() has no value for a base that crosses the cut. acb_pow() would return a ball over
  // both branches, which is finite and so would look analytic.
  return Exp(Mul(b, Log(a)));
}

Ball Arithmetic::Root(const Ball& a, unsigned long degree) {
  if (degree == 2) return Sqrt(a);
  const std::optional<Ball> base = OffRealCut(a, RealCut::kBelowZero);
  if (!base) return Ball::Undefined();
  if (!base->IsReal()) return BallOf(acb_root_ui, base->get(), degree, bits_);
  if (arb_is_nonnegative(base->real())) {
    return RealBallOf(arb_root_ui, base->real(), degree, bits_);
  }
  if (!arb_is_negative(base->real())) return Ball::Undefined();
  // The principal root of a negative number: |a|^(1/n) e^(i pi / n).
  Ball modulus = RealBallOf(arb_neg, base->real());
  arb_root_ui(modulus.real(), modulus.real(), degree, bits_);
  Ball direction;
  fmpq_t turn;
  fmpq_init(turn);
  fmpq_set_si(turn, 1, degree);
  arb_sin_cos_pi_fmpq(direction.imag(), direction.real(), turn, bits_);
  fmpq_clear(turn);
  return Mul(modulus, direction);
}

Ball Arithmetic::PowRational(const Ball& a, const SmallRational& exponent) {
  // A root of a higher degree is slower than exp and log.
  constexpr unsigned long kRootDegreeMax = 64;
  // The p-th power of the principal q-th root is the principal value, as (e^(log(a)/q))^p = e^(p
  // log(a)/q), and it stays exactly real for a >= 0.
  if (exponent.den > kRootDegreeMax) {
    return Pow(a, Rational(mpq_class(exponent.num, exponent.den)));
  }
  const Ball base = exponent.den == 1 ? a : Root(a, exponent.den);
  if (!base.IsReal()) return BallOf(acb_pow_si, base.get(), exponent.num, bits_);
  fmpz_t power;
  fmpz_init_set_si(power, exponent.num);
  Ball result = RealBallOf(arb_pow_fmpz, base.real(), power, bits_);
  fmpz_clear(power);
  return result;
}

Ball Arithmetic::Function(Op op, const Ball& a) {
  const bool real_part = op == Op::kRe || op == Op::kIm || op == Op::kConj;
  if (real_part && mode_ == Mode::kContinuation && !a.IsReal()) return Ball::Undefined();
  switch (op) {
    case Op::kSqrt:
      return Sqrt(a);
    case Op::kLog:
      return Log(a);
    case Op::kExp:
      return Exp(a);
    case Op::kAbs:
      return Abs(a, bits_, mode_);
    case Op::kSign:
      return Sign(a);
    case Op::kFloor:
      return Floor(a, bits_, mode_);
    case Op::kRe:
      return RealBallOf(arb_set, a.real());
    case Op::kIm:
      return RealBallOf(arb_set, a.imag());
    case Op::kConj:
      return BallOf(acb_conj, a.get());
    default:
      break;
  }
  for (const Periodic& function : kPeriodic) {
    if (function.op != op) continue;
    return FitsPeriod(a) ? Apply(function.real, function.complex, a, bits_) : Ball::Undefined();
  }
  return InverseFunction(op, a);
}

Ball Arithmetic::Sign(const Ball& a) const {
  if (mode_ == Mode::kContinuation && !a.IsReal()) return BallOf(acb_real_sgn, a.get(), 1, bits_);
  if (a.ContainsZero() && mode_ == Mode::kEnclosure && a.IsReal()) {
    Ball result;
    mag_one(arb_radref(result.real()));
    return result;
  }
  if (a.ContainsZero()) return Ball::Undefined();
  if (a.IsReal()) return Ball(arb_is_positive(a.real()) ? 1 : -1);
  return Div(a, RealBallOf(acb_abs, a.get(), bits_));
}

}  // namespace motzkin::ball
