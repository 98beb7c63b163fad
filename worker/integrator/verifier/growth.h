// The growth of real functions toward the end of a stretch, as end_bound.h describes it.
#pragma once

#include <gmpxx.h>

#include <optional>

#include "common/ball/ball.h"

namespace motzkin::integrator {

// C * t^p * L^q * exp(k * t^-m). m = 0 says that there is no exponential.
struct Growth {
  ball::Ball c;
  mpq_class p = 0;
  mpq_class q = 0;
  ball::Ball k = {};
  mpq_class m = 0;

  bool IsFlat() const { return p == 0 && q == 0 && m == 0; }  // c alone
  // Whether it goes to 0 with t, as fast as a power.
  bool Vanishes() const { return m == 0 && p > 0; }
};

// Rules for 0 < t <= delta, where delta < 1/8 is exact. Each returns nothing where it has no rule.
// Immutable.
class GrowthRules {
 public:
  explicit GrowthRules(ball::Ball delta, slong bits);

  Growth Constant(ball::Ball value) const { return {std::move(value)}; }
  std::optional<Growth> Add(const Growth& a, const Growth& b) const;
  std::optional<Growth> Mul(const Growth& a, const Growth& b) const;
  std::optional<Growth> Power(const Growth& a, const mpq_class& exponent) const;
  std::optional<Growth> Exp(const Growth& a) const;
  std::optional<Growth> Log(const Growth& a) const;
  // Returns all values that it takes, as a ball.
  std::optional<ball::Ball> Range(const Growth& a) const;
  // Returns a ball around 0 that contains the integral of it over (0, delta].
  std::optional<ball::Ball> Integral(const Growth& a) const;

 private:
  // Returns exp(c L).
  std::optional<Growth> ExpOfLog(const ball::Ball& c) const;
  // Returns an upper bound of t^p L^q exp(k t^-m) on (0, delta], if it is the value at delta.
  std::optional<ball::Ball> Supremum(const mpq_class& p, const mpq_class& q, const ball::Ball& k,
                                     const mpq_class& m) const;
  ball::Ball Number(const mpq_class& value) const;
  ball::Ball PowerOf(const ball::Ball& base, const mpq_class& exponent) const;

  ball::Ball delta_;
  ball::Ball log_;  // L at delta, the least
  slong bits_;
};

}  // namespace motzkin::integrator
