// Collects the factors of a product. Inside this module only.
#pragma once

#include <gmpxx.h>

#include <vector>

#include "common/expression/normal_builder.h"
#include "common/expression/radicals.h"

namespace motzkin::expression {

// Multiplies powers of canonical expressions into
//
//   coefficient * (-1)^phase * radicals * base^exponent * base^exponent * ...
//
// It uses only laws that hold for all complex values of the bases on the principal branch: u^a*u^b
// = u^(a+b), (u^a)^n = u^(a*n) and (u*v)^n = u^n*v^n for whole n, (c*u)^a = c^a*u^a for c > 0,
// (u^a)^b = u^(a*b) for |a| < 1, exp(log(u)) = u.
//
// Use it once. `builder` must outlive it. Thread-compatible.
class NormalProduct {
 public:
  explicit NormalProduct(NormalBuilder& builder) : builder_(builder) {}

  void MultiplyPower(Expr base, Expr exponent);
  Expr Finish();

 private:
  struct Power {
    Expr base;
    Expr exponent;
  };

  Pool& pool() { return builder_.pool(); }
  void MultiplyWholePower(Expr base, Expr exponent);
  void MultiplyFractionalPower(Expr base, Expr exponent);
  void MultiplySymbolicPower(Expr base, Expr exponent);
  void MultiplyNumber(const mpq_class& value);
  void MultiplyNumberWholePower(const mpq_class& value, const mpq_class& exponent);
  void MultiplyNumberFractionalPower(mpq_class value, const mpq_class& exponent);
  void MultiplyNumberSymbolicPower(Expr base, Expr exponent);
  // Keeps a power that is not written out, for numbers above 0 and other than 1.
  void KeepNumberPower(const mpq_class& value, Expr exponent);
  void Keep(Expr base, Expr exponent) { powers_.push_back({base, exponent}); }
  // Adds up the exponents of equal bases. Returns whether there were any.
  bool MergeBases();
  void AddPhase(std::vector<Expr>& factors);
  void AddRadicals(std::vector<Expr>& factors);
  Expr AsFactor(const Power& power);

  NormalBuilder& builder_;
  mpq_class coefficient_ = 1;
  mpq_class phase_ = 0;
  std::vector<Radical> radicals_;
  std::vector<Power> powers_;
  bool undefined_ = false;
};

}  // namespace motzkin::expression
