// Builds canonical expressions from canonical expressions, that is, does the arithmetic of
// canonical.h. Inside this module only.
//
// All expressions that it takes and returns keep these invariants, besides the rules of
// canonical.h:
//   - A sum has 2 or more terms. None of them is a sum, their parts are distinct and in order, and
//     the rational term is last.
//   - A product has 2 or more factors. None of them is a product, they are in order, and the
//     rational coefficient is first and not 1. A number times a sum is never a product: it is the
//     sum, multiplied out.
//   - A sum within a product or under a whole exponent has whole coefficients without common
//     divisor, and its first coefficient is positive. Under another exponent the first coefficient
//     may be negative.
//   - kSqrt, kSub, kDiv, kNeg and powers of e do not occur; exp(1) is e.
#pragma once

#include <gmpxx.h>

#include <span>
#include <vector>

#include "common/expression/expression.h"

namespace motzkin::expression {

// A rational coefficient times a part that has none of its own; the part is null for 1.
struct Term {
  mpq_class coefficient;
  Expr part;
};

// `pool` must outlive it. Thread-compatible.
class NormalBuilder {
 public:
  explicit NormalBuilder(Pool& pool) : pool_(pool) {}

  Pool& pool() { return pool_; }

  Expr Sum(std::span<const Expr> terms);
  // Returns a + c*b.
  Expr SumOfTwo(Expr a, const mpq_class& c, Expr b);
  Expr Power(Expr base, Expr exponent);
  // Returns a function or leaf of canonical arguments.
  Expr Function(Op op, std::span<const Expr> arguments);

  // Returns c*expr.
  Expr Scale(Expr expr, const mpq_class& c);
  Expr Negate(Expr expr) { return Scale(expr, -1); }
  // Returns the rational c for which sum/c is whole, without common divisor and with a positive
  // first coefficient.
  static mpq_class Content(Expr sum);
  // Whether the first coefficient is negative, which pulls a minus sign out of an argument.
  static bool IsNegative(Expr expr);
  // Returns a product without its rational coefficient.
  Expr WithoutCoefficient(Expr product);

  // Counts work and returns false beyond a bound: collecting the terms of nested sums is quadratic
  // in the worst case.
  bool Spend(size_t terms);

 private:
  Expr SumOfTerms(std::vector<Term>& terms, const mpq_class& constant);
  void Collect(const mpq_class& c, Expr expr, std::vector<Term>& terms, mpq_class& constant);
  Expr FunctionOfNumber(Op op, Expr number);
  Expr WithSymmetry(Op op, Expr argument);
  Expr WithoutContent(Op op, Expr argument);

  Pool& pool_;
  size_t work_ = 0;
};

}  // namespace motzkin::expression
