// A complex ball of Arb as a value: a midpoint and a radius for each of its two parts. A result
// contains the true number whenever the arguments did. A ball that is not finite means "no value
// here".
//
// Realness is exact: IsReal() says that the imaginary part is 0, not that it may be.
//
// Thread-compatible.
#pragma once

#include "common/ball/flint.h"

namespace motzkin::ball {

class Ball {
 public:
  Ball() { acb_init(&value_); }
  explicit Ball(long value) : Ball() { acb_set_si(&value_, value); }
  Ball(const Ball& other) : Ball() { acb_set(&value_, &other.value_); }
  Ball(Ball&& other) noexcept : value_(other.value_) { acb_init(&other.value_); }
  Ball& operator=(const Ball& other) {
    acb_set(&value_, &other.value_);
    return *this;
  }
  Ball& operator=(Ball&& other) noexcept {
    acb_swap(&value_, &other.value_);
    return *this;
  }
  ~Ball() { acb_clear(&value_); }

  static Ball Undefined() {
    Ball result;
    acb_indeterminate(&result.value_);
    return result;
  }
  // The exact number numerator / 2^shift.
  static Ball Dyadic(long numerator, long shift) {
    Ball result(numerator);
    acb_mul_2exp_si(&result.value_, &result.value_, -shift);
    return result;
  }
  static Ball DyadicComplex(long real, long imag, long shift) {
    Ball result = Dyadic(real, shift);
    arb_set_si(result.imag(), imag);
    arb_mul_2exp_si(result.imag(), result.imag(), -shift);
    return result;
  }

  acb_ptr get() { return &value_; }
  acb_srcptr get() const { return &value_; }
  arb_ptr real() { return acb_realref(&value_); }
  arb_srcptr real() const { return acb_realref(&value_); }
  arb_ptr imag() { return acb_imagref(&value_); }
  arb_srcptr imag() const { return acb_imagref(&value_); }

  bool IsReal() const { return arb_is_zero(imag()) != 0; }
  bool IsFinite() const { return acb_is_finite(&value_) != 0; }
  bool ContainsZero() const { return acb_contains_zero(&value_) != 0; }
  // Whether the absolute value is certainly below 2^exponent.
  bool IsBelow(slong exponent) const {
    mag_t bound;
    mag_init(bound);
    acb_get_mag(bound, &value_);
    const bool below = mag_cmp_2exp_si(bound, exponent) < 0;
    mag_clear(bound);
    return below;
  }
  bool Overlaps(const Ball& other) const { return acb_overlaps(&value_, &other.value_) != 0; }

 private:
  acb_struct value_;
};

// Calls a function of Arb, all of which write their result into their first argument. The second
// version is for functions whose result is a real ball.
template <typename Function, typename... Arguments>
Ball BallOf(Function function, Arguments... arguments) {
  Ball result;
  function(result.get(), arguments...);
  return result;
}
template <typename Function, typename... Arguments>
Ball RealBallOf(Function function, Arguments... arguments) {
  Ball result;
  function(result.real(), arguments...);
  return result;
}

inline Ball Half(const Ball& a) { return BallOf(acb_mul_2exp_si, a.get(), -1); }

}  // namespace motzkin::ball
