#include "common/expression/derivative_rules.h"

#include <array>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/expression/operation.h"
#include "common/expression/token.h"

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

// Builds a derivative from the text of Operation::derivative. The texts are our own and known to be
// right (the tests build all of them), so mistakes in them are CHECKed.
class RuleReader {
 public:
  RuleReader(std::string_view rule, Expr node, Expr u, Builder& build)
      : rest_(rule), node_(node), u_(u), build_(build) {}

  Expr Read() {
    const std::string_view token = TakeWord(rest_);
    const char first = token.front();
    if (token.size() == 1) {
      if (first == 'u') return u_;
      if (first == 'f') return node_;
      if (first >= 'a' && first <= 'c') return node_->child(static_cast<size_t>(first - 'a'));
      if (IsDigit(first)) return build_.Integer(first - '0');
    }
    if (token == "dec") return build_.Decrement(Read());
    if (token == "inc") return build_.Increment(Read());
    return Operate(OpOfPrefixToken(token));
  }

 private:
  Expr Operate(Op op) {
    MOTZKIN_CHECK(op != Op::kUndefined);
    std::array<Expr, 3> operands = {};
    const size_t count = Arity(op) < 0 ? 2 : static_cast<size_t>(Arity(op));
    for (size_t i = 0; i < count; ++i) operands[i] = Read();
    switch (op) {
      case Op::kNeg:
        return build_.Neg(operands[0]);
      case Op::kAdd:
        return build_.Add(operands[0], operands[1]);
      case Op::kSub:
        return build_.Sub(operands[0], operands[1]);
      case Op::kMul:
        return build_.Mul(operands[0], operands[1]);
      case Op::kDiv:
        return build_.Div(operands[0], operands[1]);
      case Op::kPow:
        return build_.Pow(operands[0], operands[1]);
      default:
        return build_.Make(op, {operands.data(), count});
    }
  }

  std::string_view rest_;
  const Expr node_, u_;
  Builder& build_;
};

}  // namespace

Expr OuterDerivative(Expr node, Expr u, Builder& build) {
  if (node->op() == Op::kHypergeometric) return HypergeometricDerivative(node, build);
  const std::string_view rule = RuleOf(node);
  return rule.empty() ? build.Undefined() : RuleReader(rule, node, u, build).Read();
}

}  // namespace motzkin::expression
