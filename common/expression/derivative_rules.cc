#include "common/expression/derivative_rules.h"

#include <string_view>
#include <vector>

#include "common/expression/operation.h"
#include "common/expression/rule_reader.h"

namespace motzkin::expression {

Expr Builder::Neg(Expr a) { return a->IsInteger(0) ? a : pool_.Neg(a); }

Expr Builder::Add(Expr a, Expr b) {
  if (a->IsInteger(0)) return b;
  if (b->IsInteger(0)) return a;
  return pool_.Add(a, b);
}

Expr Builder::Sub(Expr a, Expr b) {
  if (a->IsInteger(0)) return Neg(b);
  if (b->IsInteger(0)) return a;
  return pool_.Sub(a, b);
}

Expr Builder::Mul(Expr a, Expr b) {
  // This comes before the rules for 0, because 0 times an undefined factor has no value.
  if (a->op() == Op::kUndefined || b->op() == Op::kUndefined) return Undefined();
  if (a->IsInteger(0) || b->IsInteger(1)) return a;
  if (b->IsInteger(0) || a->IsInteger(1)) return b;
  return pool_.Mul(a, b);
}

Expr Builder::Div(Expr a, Expr b) {
  if (b->IsInteger(1) || (a->IsInteger(0) && b->op() != Op::kUndefined)) return a;
  return pool_.Div(a, b);
}

Expr Builder::Pow(Expr a, Expr b) {
  if (b->IsInteger(1)) return a;
  if (b->IsInteger(0) && a->op() != Op::kUndefined) return Integer(1);
  return pool_.Pow(a, b);
}

Expr Builder::Make(Op op, std::span<const Expr> children) {
  switch (op) {
    case Op::kNeg:
      return Neg(children[0]);
    case Op::kAdd:
      // Rules write sums and products of two operands, although the operations take more.
      return Add(children[0], children[1]);
    case Op::kSub:
      return Sub(children[0], children[1]);
    case Op::kMul:
      return Mul(children[0], children[1]);
    case Op::kDiv:
      return Div(children[0], children[1]);
    case Op::kPow:
      return Pow(children[0], children[1]);
    default:
      return pool_.Make(op, children);
  }
}

Expr Builder::Decrement(Expr a) {
  return a->op() == Op::kNumber ? pool_.Number(a->number() - 1) : pool_.Sub(a, Integer(1));
}

Expr Builder::Increment(Expr a) {
  return a->op() == Op::kNumber ? pool_.Number(a->number() + 1) : pool_.Add(a, Integer(1));
}

namespace {

// Returns a1*..*ap / (b1*..*bq) * hyper(a+1, b+1, z). This has no fixed number of arguments, so it
// cannot be a rule of the table.
Expr HypergeometricDerivative(Expr node, Builder& build) {
  const size_t p = node->child(0)->number().get_num().get_ui();
  std::vector<Expr> children(node->children().begin(), node->children().end());
  Expr factor = build.Integer(1);
  for (size_t i = 1; i + 1 < children.size(); ++i) {
    factor = i <= p ? build.Mul(factor, children[i]) : build.Div(factor, children[i]);
    children[i] = build.Increment(children[i]);
  }
  return build.Mul(factor, build.Make(Op::kHypergeometric, children));
}

// Returns the rule for a node. The rule of the table lowers the order, and at order 0 the functions
// are elementary, so these orders have rules of their own.
std::string_view RuleOf(Expr node) {
  if (node->op() == Op::kPolylog && node->child(0)->IsInteger(1)) return "div 1 sub 1 u";
  if (node->op() == Op::kPolylog && node->child(0)->IsInteger(2)) return "neg div ln sub 1 u u";
  if (node->op() == Op::kExpIntegralE && node->child(0)->IsInteger(1)) return "neg div exp neg u u";
  return OperationOf(node->op()).derivative;
}

}  // namespace

Expr OuterDerivative(Expr node, Expr u, Builder& build) {
  if (node->op() == Op::kHypergeometric) return HypergeometricDerivative(node, build);
  const std::string_view rule = RuleOf(node);
  if (rule.empty()) return build.Undefined();
  const auto operand = [&](char letter) -> Expr {
    if (letter == 'u') return u;
    if (letter == 'f') return node;
    return letter >= 'a' && letter <= 'c' ? node->child(static_cast<size_t>(letter - 'a'))
                                          : nullptr;
  };
  return RuleReader(rule, operand, build).Read();
}

}  // namespace motzkin::expression
