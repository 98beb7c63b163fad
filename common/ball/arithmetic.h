// Arithmetic and elementary functions of balls at one precision, on principal branches.
//
// A real argument inside a function's real domain gives an exactly real result; one that is
// certainly outside gives the principal value. A ball that crosses a branch cut or the end of a
// domain has no value (Ball::Undefined). The exception is a thin ball around a cut: if the true
// number lies on the cut, more precision would never decide, so the ball is taken to lie on it, and
// assumed_cut() reports that from then on.
//
// It follows that a finite result for a wide argument proves the function analytic over all of it,
// abs, sign and floor included. The verifier relies on that to cover whole stretches of the real
// line.
//
// Thread-compatible.
#pragma once

#include <optional>

#include "common/ball/ball.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// The number num / den in lowest terms, den > 0.
struct SmallRational {
  long num = 0;
  unsigned long den = 1;
};

class Arithmetic {
 public:
  // How abs, sign, floor, Re, Im and conj take balls; they are the functions that are not analytic.
  enum class Mode {
    // As said above.
    kPoint,
    // At arguments that are not real, abs, sign and floor continue what they are on the real line, so
    // that a finite result proves the continuation analytic; the others have no value there. For
    // functions whose every node is real on the real line.
    kContinuation,
    // Abs, sign and floor have a value across their jumps and corners, too: all values that they take.
    kEnclosure,
  };

  explicit Arithmetic(slong bits, Mode mode = Mode::kPoint) : bits_(bits), mode_(mode) {}

  slong bits() const { return bits_; }
  // Whether any argument since construction or ClearAssumedCut() was taken to lie on a branch cut.
  bool assumed_cut() const { return assumed_cut_; }
  void ClearAssumedCut() { assumed_cut_ = false; }

  Ball Add(const Ball& a, const Ball& b) const { return BallOf(acb_add, a.get(), b.get(), bits_); }
  Ball Sub(const Ball& a, const Ball& b) const { return BallOf(acb_sub, a.get(), b.get(), bits_); }
  Ball Mul(const Ball& a, const Ball& b) const { return BallOf(acb_mul, a.get(), b.get(), bits_); }
  Ball Div(const Ball& a, const Ball& b) const { return BallOf(acb_div, a.get(), b.get(), bits_); }
  Ball Neg(const Ball& a) const { return BallOf(acb_neg, a.get()); }
  Ball Square(const Ball& a) const { return BallOf(acb_sqr, a.get(), bits_); }
  Ball Inverse(const Ball& a) const { return BallOf(acb_inv, a.get(), bits_); }
  Ball AddInteger(const Ball& a, long n) const { return BallOf(acb_add_si, a.get(), n, bits_); }
  Ball MulInteger(const Ball& a, long n) const { return BallOf(acb_mul_si, a.get(), n, bits_); }
  Ball Rational(const mpq_class& value) const;
  // The value of kPi, kE, kI, kEulerGamma or kCatalan.
  Ball Constant(expression::Op leaf) const;

  Ball Sqrt(const Ball& a);
  Ball Log(const Ball& a);
  Ball Exp(const Ball& a) const;
  Ball Pow(const Ball& a, const Ball& b);
  Ball PowRational(const Ball& a, const SmallRational& exponent);
  // Applies any elementary function of one argument, including the three above.
  Ball Function(expression::Op op, const Ball& a);

 private:
  // Moves `a` off a branch cut on the real axis. Returns `a` itself if it does not touch the cut,
  // its projection on the real axis if it is a thin ball that lies on the cut, and nothing if it
  // crosses the cut in any other way.
  enum class RealCut { kBelowZero, kBelowOne, kBeyondOne };
  std::optional<Ball> OffRealCut(const Ball& a, RealCut cut);
  bool IsThin(const Ball& a) const;

  Ball InverseFunction(expression::Op op, const Ball& a);
  Ball AsinOrAtanh(expression::Op op, const Ball& a);
  Ball Acos(const Ball& a);
  Ball Acosh(const Ball& a);
  Ball AtanOrAsinh(expression::Op op, const Ball& a) const;
  Ball Sign(const Ball& a) const;
  Ball Root(const Ball& a, unsigned long degree);

  slong bits_;
  Mode mode_;
  bool assumed_cut_ = false;
};

}  // namespace motzkin::ball
