// Computes the derivative of one node from values and derivatives of its children, and says which
// of them it reads. The second part is what makes answers with special functions cheap: c*Ei(u)
// needs neither Ei(u) nor anything that only Ei(u) needs.
//
// Derivatives are with respect to a real x, along which |u|' = Re(conj(u) u') / |u| and sign(u)' =
// 0 for real u. At complex x the rules of abs, sign, Re, Im, conj and floor do not hold. The rules
// of asin, acosh and their reciprocals use the product sqrt(1-u) sqrt(1+u), whose branches are
// right everywhere; those of sqrt(1-u^2) are not.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include <optional>
#include <vector>

#include "common/ball/arithmetic.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// The values that a rule reads. A rule asks for derivatives only of nodes that hold x.
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

// Replaces `needs` by the nodes that DerivativeOf(node) reads; `node` holds x. UNIMPLEMENTED: there
// is no rule; the message says for what, e.g. "a special function by one of its parameters".
absl::Status FindNeeds(expression::Expr node, Needs& needs);

// Computes the derivative of `node`, which holds x and was accepted by FindNeeds.
Ball DerivativeOf(expression::Expr node, const NodeValues& at, Arithmetic& arithmetic);

// Returns the value of a constant such as 1/3 or (-1+2)/3; empty if it is not a small rational.
std::optional<SmallRational> ExactRational(expression::Expr node);

// Returns w if `node` is a Weierstrass function of WeierstrassPInverse(w) with the same invariants.
// Such a node is algebraic in w, so it needs no values of Weierstrass functions. Otherwise null.
expression::Expr InvertedArgument(expression::Expr node);

// The values of a kHypergeometric node's parameters and of its argument.
struct HypergeometricParts {
  std::vector<const Ball*> upper, lower;
  const Ball* z = nullptr;
};
HypergeometricParts HypergeometricPartsOf(expression::Expr node, const NodeValues& at);

// Shared by the two files that implement this header.
namespace internal {
absl::Status FindSpecialNeeds(expression::Expr node, Needs& needs);
Ball SpecialDerivative(expression::Expr node, const NodeValues& at, Arithmetic& m);
}  // namespace internal

}  // namespace motzkin::ball
