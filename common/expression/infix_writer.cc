#include "common/expression/infix_writer.h"

#include <algorithm>

#include "common/expression/operation.h"

namespace motzkin::expression {
namespace {

// Functions of one argument that a dialect lacks, or means differently on part of the line
// (FriCAS's acot), written as an equal expression around the argument.
struct Paraphrase {
  Op op;
  Format format;
  std::string_view before, after;
};

constexpr Paraphrase kParaphrases[] = {
    {Op::kDilog, Format::kSympy, "polylog(2, 1 - (", "))"},
    {Op::kErfi, Format::kGiac, "(-i*erf(i*(", ")))"},
    {Op::kAsech, Format::kGiac, "acosh(1/(", "))"},
    {Op::kAcsch, Format::kGiac, "asinh(1/(", "))"},
    {Op::kAcot, Format::kFricas, "atan(1/(", "))"},
    {Op::kErfc, Format::kFricas, "(1 - erf(", "))"},
};

const Paraphrase* FindParaphrase(Op op, Format format) {
  const auto* found =
      std::find_if(std::begin(kParaphrases), std::end(kParaphrases),
                   [&](const Paraphrase& p) { return p.op == op && p.format == format; });
  return found == std::end(kParaphrases) ? nullptr : found;
}

}  // namespace

InfixWriter::Binding InfixWriter::BindingOf(Expr expr) {
  switch (expr->op()) {
    case Op::kAdd:
    case Op::kSub:
      return Binding::kSum;
    case Op::kMul:
    case Op::kDiv:
      return Binding::kProduct;
    case Op::kNeg:
      return Binding::kNegation;
    case Op::kPow:
      return Binding::kPower;
    case Op::kNumber:
      if (expr->number().get_den() != 1) return Binding::kProduct;
      return sgn(expr->number()) < 0 ? Binding::kNegation : Binding::kAtom;
    default:
      return Binding::kAtom;
  }
}

bool InfixWriter::LeadsWithMinus(Expr expr) {
  while (true) {
    switch (expr->op()) {
      case Op::kNeg:
        return true;
      case Op::kNumber:
        return sgn(expr->number()) < 0;
      case Op::kAdd:
      case Op::kSub:
      case Op::kMul:
      case Op::kDiv:
        // A first operand that gets parentheses leads with them.
        if (BindingOf(expr->child(0)) < BindingOf(expr)) return false;
        expr = expr->child(0);
        break;
      default:
        return false;
    }
  }
}

void InfixWriter::WriteFirst(Expr expr, Binding at_least) {
  if (BindingOf(expr) < at_least) {
    WriteInParentheses(expr);
  } else {
    Write(expr);
  }
}

void InfixWriter::WriteLater(Expr expr, Binding at_least) {
  if (BindingOf(expr) < at_least || LeadsWithMinus(expr)) {
    WriteInParentheses(expr);
  } else {
    Write(expr);
  }
}

void InfixWriter::WriteInParentheses(Expr expr) {
  text_.Append("(");
  Write(expr);
  text_.Append(")");
}

void InfixWriter::WriteJoined(Expr expr, std::string_view separator, Binding first, Binding later) {
  WriteFirst(expr->child(0), first);
  for (const Expr child : expr->children().subspan(1)) {
    text_.Append(separator);
    WriteLater(child, later);
  }
}

void InfixWriter::Write(Expr expr) {
  if (text_.full()) return;
  switch (expr->op()) {
    case Op::kNumber:
      return text_.Append(expr->number().get_str());
    case Op::kNeg:
      // -(3) is the negation of a number, -3 a number.
      text_.Append("-");
      if (expr->child(0)->op() == Op::kNumber) return WriteInParentheses(expr->child(0));
      return WriteLater(expr->child(0), Binding::kPower);
    case Op::kAdd:
      return WriteJoined(expr, " + ", Binding::kSum, Binding::kProduct);
    case Op::kSub:
      return WriteJoined(expr, " - ", Binding::kSum, Binding::kProduct);
    case Op::kMul:
      return WriteJoined(expr, "*", Binding::kProduct, Binding::kNegation);
    case Op::kDiv:
      return WriteJoined(expr, "/", Binding::kProduct, Binding::kNegation);
    case Op::kPow:
      // Exponents get parentheses rather than count on how a system groups a^b^c.
      return WriteJoined(expr, format_ == Format::kSympy ? "**" : "^", Binding::kAtom,
                         Binding::kAtom);
    default:
      return WriteFunction(expr);
  }
}

void InfixWriter::WriteFunction(Expr expr) {
  const std::string_view name = NameOf(expr->op(), format_);
  if (const Paraphrase* paraphrase = FindParaphrase(expr->op(), format_); paraphrase != nullptr) {
    text_.Append(paraphrase->before);
    Write(expr->child(0));
    return text_.Append(paraphrase->after);
  }
  if (name.empty()) {
    if (unsayable_ == Op::kUndefined) unsayable_ = expr->op();
    return;
  }
  if (expr->op() == Op::kHypergeometric) return WriteHypergeometric(expr, name);
  text_.Append(name);
  if (expr->children().empty()) return;
  text_.Append("(");
  WriteArguments(expr->children());
  if (expr->op() == Op::kRootOf) text_.Append(", t");
  text_.Append(")");
}

void InfixWriter::WriteHypergeometric(Expr expr, std::string_view name) {
  const size_t p = expr->child(0)->number().get_num().get_ui();
  const std::span<const Expr> parameters = expr->children().subspan(1, expr->children().size() - 2);
  text_.Append(name);
  text_.Append("([");
  WriteArguments(parameters.first(p));
  text_.Append("], [");
  WriteArguments(parameters.subspan(p));
  text_.Append("], ");
  Write(expr->children().back());
  text_.Append(")");
}

void InfixWriter::WriteArguments(std::span<const Expr> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text_.Append(", ");
    Write(arguments[i]);
  }
}

}  // namespace motzkin::expression
