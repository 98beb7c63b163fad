// The derivative of one node from values and derivatives of its children, and which of them it
// takes: c*Ei(u) needs neither Ei(u) nor anything below c's own derivative.
//
// Derivatives are with respect to a real x, along which |u|' = Re(conj(u) u') / |u| and sign(u)' =
// 0 for real u. At complex x the rules of abs, sign, Re, Im, conj and floor do not hold. asin,
// acosh and their reciprocals use the product form (sqrt(1-u) sqrt(1+u)), whose branches are right
// everywhere.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <vector>

#include "common/ball/arithmetic.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// What a rule reads. Derivatives are only asked of nodes that hold x.
class NodeValues {
 public:
  virtual ~NodeValues() = default;
  virtual const Ball& Value(expression::Expr node) const = 0;
  virtual const Ball& Derivative(expression::Expr node) const = 0;
};

struct Needs {
  std::vector<expression::Expr> values;
  std::vector<expression::Expr> derivatives;
};

// Replaces `needs` by what DerivativeOf(node) reads; `node` holds x. UNIMPLEMENTED: there is no
// rule, "BesselJ by its order".
absl::Status FindNeeds(expression::Expr node, Needs& needs);

// `node` holds x and FindNeeds accepted it.
Ball DerivativeOf(expression::Expr node, const NodeValues& at, Arithmetic& arithmetic);

// The value of a constant exponent, e.g. 1/3 or (-1+2)/3; empty when it is not a small rational.
std::optional<SmallRational> ExactRational(expression::Expr node);

// w when `node` is a Weierstrass function of WeierstrassPInverse(w) with its own invariants: such a
// node is algebraic in w. Otherwise null.
expression::Expr InvertedArgument(expression::Expr node);

// For the two files that implement this header.
namespace internal {
// g'(u) for a special function of one argument; `own` = g(u).
Ball SpecialSlope(expression::Op op, const Ball& u, const Ball& own, Arithmetic& m);
// Whether SpecialSlope reads `own`.
bool SpecialSlopeTakesOwn(expression::Op op);
absl::Status FindSpecialNeeds(expression::Expr node, Needs& needs);
Ball SpecialDerivative(expression::Expr node, const NodeValues& at, Arithmetic& m);
}  // namespace internal

}  // namespace motzkin::ball
