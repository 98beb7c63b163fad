// Arithmetic and elementary functions of balls at one precision, on principal branches.
//
// A real argument in a function's real domain gives an exactly real result; one that is certainly
// outside gives the principal value. A ball that crosses a branch cut or the end of a domain has no
// value (Ball::Undefined), with one exception: a thin ball around a cut, which more precision would
// never resolve because the true number lies on it, is taken to lie on it, and assumed_cut() says
// so from then on.
//
// So a finite result for a wide argument means that the function is analytic over the whole of it
// (abs and sign included, floor too).
//
// Thread-compatible.
#pragma once

#include <optional>

#include "common/ball/ball.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// num / den, den > 0, in lowest terms.
struct SmallRational {
  long num = 0;
  unsigned long den = 1;
};

class Arithmetic {
 public:
  explicit Arithmetic(slong bits) : bits_(bits) {}

  slong bits() const { return bits_; }
  // Some argument since construction or ClearAssumedCut() was taken to lie on a branch cut.
  bool assumed_cut() const { return assumed_cut_; }
  void ClearAssumedCut() { assumed_cut_ = false; }

  Ball Add(const Ball& a, const Ball& b) const;
  Ball Sub(const Ball& a, const Ball& b) const;
  Ball Mul(const Ball& a, const Ball& b) const;
  Ball Div(const Ball& a, const Ball& b) const;
  Ball Neg(const Ball& a) const;
  Ball Square(const Ball& a) const;
  Ball Inverse(const Ball& a) const;
  Ball AddInteger(const Ball& a, long n) const;
  Ball MulInteger(const Ball& a, long n) const;
  Ball Rational(const mpq_class& value) const;
  // A leaf without a value: kPi, kE, kI, kEulerGamma, kCatalan.
  Ball Constant(expression::Op leaf) const;

  Ball Sqrt(const Ball& a);
  Ball Log(const Ball& a);
  Ball Exp(const Ball& a) const;
  Ball Pow(const Ball& a, const Ball& b);
  Ball PowRational(const Ball& a, const SmallRational& exponent);
  // Any elementary function of one argument, the three above included.
  Ball Function(expression::Op op, const Ball& a);

 private:
  // `a` itself, or its projection on the real axis when it is a thin ball around the real numbers
  // where `on_cut` holds; Undefined when it crosses the cut otherwise.
  enum class RealCut { kBelowZero, kBelowOne, kBeyondOne };
  std::optional<Ball> OffRealCut(const Ball& a, RealCut cut);
  bool IsThin(const Ball& a) const;

  Ball Circular(expression::Op op, const Ball& a) const;
  Ball InverseFunction(expression::Op op, const Ball& a);
  Ball AsinOrAtanh(expression::Op op, const Ball& a);
  Ball Acos(const Ball& a);
  Ball Acosh(const Ball& a);
  Ball AtanOrAsinh(expression::Op op, const Ball& a) const;
  Ball Sign(const Ball& a) const;
  Ball Root(const Ball& a, unsigned long degree);

  slong bits_;
  bool assumed_cut_ = false;
};

}  // namespace motzkin::ball
