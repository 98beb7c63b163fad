#include "common/expression/infix_writer.h"

#include "common/expression/operation.h"

namespace motzkin::expression {

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
      // A fraction is written a/b, so it binds like a quotient.
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
        // A first operand in parentheses starts with a parenthesis.
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
      // -(3) is the negation of a number, while -3 is a number.
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
      // Exponents always get parentheses, because systems group a^b^c differently.
      return WriteJoined(expr, format_ == Format::kSympy ? "**" : "^", Binding::kAtom,
                         Binding::kAtom);
    default:
      return WriteFunction(expr);
  }
}

void InfixWriter::WriteFunction(Expr expr) {
  const std::string_view name = NameOf(expr->op(), format_);
  if (const size_t argument = name.find('#'); argument != std::string_view::npos) {
    return WriteAround(expr->child(0), name.substr(0, argument), name.substr(argument + 1));
  }
  if (name.empty()) return WriteByReciprocal(expr);
  if (expr->op() == Op::kHypergeometric) return WriteHypergeometric(expr, name);
  text_.Append(name);
  if (expr->children().empty()) return;
  text_.Append("(");
  WriteArguments(expr->children());
  if (expr->op() == Op::kRootOf) text_.Append(", t");
  text_.Append(")");
}

void InfixWriter::WriteByReciprocal(Expr expr) {
  const Op other = OperationOf(expr->op()).of_reciprocal;
  const std::string_view name = NameOf(other, format_);
  if (name.empty()) {
    // Go on, because only the caller can refuse the text. The first such function is reported.
    if (unsayable_ == Op::kUndefined) unsayable_ = expr->op();
    return;
  }
  text_.Append(name);
  WriteAround(expr->child(0), "(1/(", "))");
}

void InfixWriter::WriteAround(Expr argument, std::string_view before, std::string_view after) {
  text_.Append(before);
  Write(argument);
  text_.Append(after);
}

void InfixWriter::WriteHypergeometric(Expr expr, std::string_view name) {
  // The children are p, the p upper parameters, the lower ones and the argument.
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
