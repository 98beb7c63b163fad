#include "common/expression/derivative.h"

#include <initializer_list>
#include <vector>

#include "common/expression/derivative_rules.h"
#include "common/expression/distinct_nodes.h"
#include "common/expression/operation.h"

namespace motzkin::expression {
namespace {

class Differentiator {
 public:
  explicit Differentiator(Pool& pool) : build_(pool) {}

  Expr Derive(Expr root) {
    // Nodes without x keep this 0. DistinctNodes() lists children first, so each node finds the
    // derivatives of its children.
    derivatives_.assign(size_t{root->id()} + 1, build_.Integer(0));
    for (const Expr node : DistinctNodes(root)) {
      if (node->has_variable()) derivatives_[node->id()] = DeriveNode(node);
    }
    return derivatives_[root->id()];
  }

 private:
  Expr Of(Expr child) const { return derivatives_[child->id()]; }

  Expr DeriveNode(Expr node) {
    switch (node->op()) {
      case Op::kVariable:
        return build_.Integer(1);
      case Op::kNeg:
        return build_.Neg(Of(node->child(0)));
      case Op::kAdd:
        return Sum(node);
      case Op::kSub:
        return build_.Sub(Of(node->child(0)), Of(node->child(1)));
      case Op::kMul:
        return Product(node);
      case Op::kDiv:
        return Quotient(node->child(0), node->child(1));
      case Op::kPow:
        return Power(node);
      default:
        return Chain(node);
    }
  }

  Expr Sum(Expr node) {
    Expr sum = build_.Integer(0);
    for (const Expr child : node->children()) sum = build_.Add(sum, Of(child));
    return sum;
  }

  // Takes two factors at a time, which keeps the result linear in their number. The rule for n
  // factors would build n products of n factors.
  Expr Product(Expr node) {
    Expr product = node->child(0);
    Expr derivative = Of(product);
    for (const Expr factor : node->children().subspan(1)) {
      derivative = build_.Add(build_.Mul(derivative, factor), build_.Mul(product, Of(factor)));
      product = build_.Mul(product, factor);
    }
    return derivative;
  }

  Expr Quotient(Expr u, Expr v) {
    if (!v->has_variable()) return build_.Div(Of(u), v);
    const Expr numerator = build_.Sub(build_.Mul(Of(u), v), build_.Mul(u, Of(v)));
    return build_.Div(numerator, build_.Square(v));
  }

  Expr Power(Expr node) {
    const Expr u = node->child(0);
    const Expr v = node->child(1);
    // The general rule would divide by u and take its log, which have no value at some points where
    // u^v is differentiable.
    if (!v->has_variable())
      return build_.Mul(build_.Mul(v, build_.Pow(u, build_.Decrement(v))), Of(u));
    const Expr log = u->op() == Op::kE ? build_.Integer(1) : build_.Unary(Op::kLog, u);
    if (!u->has_variable()) return build_.Mul(build_.Mul(node, log), Of(v));
    return build_.Mul(node,
                      build_.Add(build_.Mul(Of(v), log), build_.Div(build_.Mul(v, Of(u)), u)));
  }

  Expr Chain(Expr node) {
    const size_t argument = DifferentiableArgument(node);
    for (size_t i = 0; i < node->children().size(); ++i) {
      // No rule covers derivatives by a parameter, such as the order of a Bessel function.
      if (i != argument && node->child(i)->has_variable()) return build_.Undefined();
    }
    return build_.Mul(OuterDerivative(node, node->child(argument), build_),
                      Of(node->child(argument)));
  }

  Builder build_;
  std::vector<Expr> derivatives_;  // by id
};

}  // namespace

Expr Derivative(Expr expr, Pool& pool) {
  if (expr->op() == Op::kUndefined) return expr;
  return Differentiator(pool).Derive(expr);
}

}  // namespace motzkin::expression
