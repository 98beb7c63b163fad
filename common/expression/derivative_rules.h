// Builds f'(u) for every function, by the rules of operation_table.cc. Inside this module only.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::expression {

// Builds terms without zero summands and unit factors. `pool` must outlive it. Thread-compatible.
class Builder {
 public:
  explicit Builder(Pool& pool) : pool_(pool) {}

  Expr Undefined() { return pool_.Undefined(); }
  Expr Integer(long value) { return pool_.Integer(value); }
  Expr Unary(Op op, Expr a) { return pool_.Unary(op, a); }
  // Sums and products have two children.
  Expr Make(Op op, std::span<const Expr> children);
  Expr Neg(Expr a);
  Expr Add(Expr a, Expr b);
  Expr Sub(Expr a, Expr b);
  Expr Mul(Expr a, Expr b);
  Expr Div(Expr a, Expr b);
  Expr Pow(Expr a, Expr b);
  Expr Square(Expr a) { return Pow(a, Integer(2)); }
  // Return a - 1 and a + 1.
  Expr Decrement(Expr a);
  Expr Increment(Expr a);

 private:
  Pool& pool_;
};

// Returns the derivative of the function at `node` by its argument `u`; Undefined if there is no
// rule.
Expr OuterDerivative(Expr node, Expr u, Builder& build);

}  // namespace motzkin::expression
