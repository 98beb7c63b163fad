// Builds canonical expressions from canonical expressions: the arithmetic of canonical.h. Inside
// this module only.
//
// Invariants of what it returns (and takes), besides canonical.h's rules:
//   - a sum has 2 or more terms, none a sum, with distinct parts, in order, its rational term last;
//   - a product has 2 or more factors, none a product, in order, its rational coefficient first and
//     not 1; it is never just a number times a sum (that is the sum, multiplied out);
//   - a sum within a product or under a whole exponent has whole coefficients without common
//     divisor and a positive first one; under another exponent its first coefficient may be
//     negative;
//   - kSqrt, kSub, kDiv, kNeg and powers of e do not occur; exp(1) is e.
#pragma once

#include <gmpxx.h>

#include <span>
#include <vector>

#include "common/expression/expression.h"

namespace motzkin::expression {

// A rational times a part that has no rational coefficient of its own; the part is null for 1.
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
  // a + c*b
  Expr SumOfTwo(Expr a, const mpq_class& c, Expr b);
  Expr Power(Expr base, Expr exponent);
  // A function or leaf of canonical arguments.
  Expr Function(Op op, std::span<const Expr> arguments);

  // c*expr
  Expr Scale(Expr expr, const mpq_class& c);
  Expr Negate(Expr expr) { return Scale(expr, -1); }
  // The rational that makes sum/content whole, without common divisor and with a positive first
  // coefficient.
  static mpq_class Content(Expr sum);
  // Of its first coefficient: what pulls a minus sign out of an argument.
  static bool IsNegative(Expr expr);
  // A product without its rational coefficient.
  Expr WithoutCoefficient(Expr product);

  // Counts work, and says no past a bound: collecting the terms of nested sums is quadratic in the
  // worst case.
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
