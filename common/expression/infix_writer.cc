#include "common/expression/infix_writer.h"

#include "common/expression/operation.h"

namespace motzkin::expression {

const InfixWriter::Brackets& InfixWriter::BracketsOf(Format format) {
  static constexpr Brackets kPlain = {"(", ")", "[", "]"};
  static constexpr Brackets kLatex = {"\\left(", "\\right)", "\\left[", "\\right]"};
  return format == Format::kLatex ? kLatex : kPlain;
}

InfixWriter::InfixWriter(Format format, BoundedText& text)
    : format_(format),
      latex_(format == Format::kLatex),
      brackets_(BracketsOf(format)),
      text_(text) {}

InfixWriter::Binding InfixWriter::BindingOf(Expr expr) const {
  const Binding quotient = latex_ ? Binding::kFraction : Binding::kProduct;
  switch (expr->op()) {
    case Op::kAdd:
    case Op::kSub:
      return Binding::kSum;
    case Op::kMul:
      return Binding::kProduct;
    case Op::kDiv:
      return quotient;
    case Op::kNeg:
      return Binding::kNegation;
    case Op::kPow:
      return Binding::kPower;
    case Op::kNumber:
      // A fraction is written a/b or \frac{a}{b}, so it binds like a quotient.
      if (expr->number().get_den() != 1) return quotient;
      return sgn(expr->number()) < 0 ? Binding::kNegation : Binding::kAtom;
    default:
      return Binding::kAtom;
  }
}

bool InfixWriter::LeadsWithMinus(Expr expr) const {
  while (true) {
    // The minus of \frac{-1}{2} is not where an operator could meet it.
    if (BindingOf(expr) == Binding::kFraction) return false;
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

bool InfixWriter::LeadsWithDigitOrFraction(Expr expr) const {
  // Products and powers start with their first operand, unless it is in brackets.
  while (expr->op() == Op::kMul || expr->op() == Op::kPow) {
    if (BindingOf(expr->child(0)) < (expr->op() == Op::kPow ? Binding::kAtom : Binding::kProduct))
      return false;
    expr = expr->child(0);
  }
  return expr->op() == Op::kNumber || expr->op() == Op::kDiv;
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
  WriteAround(expr, brackets_.open, brackets_.close);
}

void InfixWriter::WriteJoined(Expr expr, std::string_view separator, Binding first, Binding later) {
  WriteFirst(expr->child(0), first);
  for (const Expr child : expr->children().subspan(1)) {
    // In LaTeX, where a space multiplies, a reader would take the product of 2 and 3 for 23.
    const bool dot = latex_ && expr->op() == Op::kMul && LeadsWithDigitOrFraction(child);
    text_.Append(dot ? " \\cdot " : separator);
    WriteLater(child, later);
  }
}

void InfixWriter::Write(Expr expr) {
  if (text_.full()) return;
  switch (expr->op()) {
    case Op::kNumber:
      return WriteNumber(expr->number());
    case Op::kNeg:
      // -(3) is the negation of a number, while -3 is a number.
      text_.Append("-");
      if (expr->child(0)->op() == Op::kNumber) return WriteInParentheses(expr->child(0));
      // A product keeps its brackets, because -x*y is (-x)*y.
      return WriteLater(expr->child(0), Binding::kPower);
    case Op::kAdd:
      // Later operands must bind tighter than the first: a + (b - c) is read back as another
      // tree without its brackets.
      return WriteJoined(expr, " + ", Binding::kSum, Binding::kProduct);
    case Op::kSub:
      return WriteJoined(expr, " - ", Binding::kSum, Binding::kProduct);
    case Op::kMul:
      return WriteJoined(expr, latex_ ? " " : "*", Binding::kProduct, Binding::kNegation);
    case Op::kDiv:
      return WriteQuotient(expr);
    case Op::kPow:
      return WritePower(expr);
    default:
      return WriteFunction(expr);
  }
}

void InfixWriter::WriteNumber(const mpq_class& number) {
  if (!latex_ || number.get_den() == 1) return text_.Append(number.get_str());
  text_.Append("\\frac{" + number.get_num().get_str() + "}{" + number.get_den().get_str() + "}");
}

void InfixWriter::WriteQuotient(Expr expr) {
  if (!latex_) return WriteJoined(expr, "/", Binding::kProduct, Binding::kNegation);
  WriteAround(expr->child(0), "\\frac{", "}");
  WriteAround(expr->child(1), "{", "}");
}

void InfixWriter::WritePower(Expr expr) {
  if (latex_) {
    WriteFirst(expr->child(0), Binding::kAtom);
    return WriteAround(expr->child(1), "^{", "}");
  }
  // Exponents always get parentheses, because systems group a^b^c differently.
  WriteJoined(expr, format_ == Format::kSympy ? "**" : "^", Binding::kAtom, Binding::kAtom);
}

void InfixWriter::WriteFunction(Expr expr) {
  const std::string_view name = NameOf(expr->op(), format_);
  if (const size_t argument = name.find('#'); argument != std::string_view::npos) {
    return WriteAround(expr->child(0), name.substr(0, argument), name.substr(argument + 1));
  }
  if (name.empty() && !latex_) return WriteByReciprocal(expr);
  WriteName(expr->op());
  if (latex_ && expr->op() == Op::kSqrt) return WriteAround(expr->child(0), "{", "}");
  if (expr->children().empty()) return;
  text_.Append(brackets_.open);
  if (expr->op() == Op::kHypergeometric) {
    WriteHypergeometricArguments(expr);
  } else {
    WriteArguments(expr->children());
    if (expr->op() == Op::kRootOf) text_.Append(", t");
  }
  text_.Append(brackets_.close);
}

void InfixWriter::WriteName(Op op) {
  const std::string_view name = NameOf(op, format_);
  if (!name.empty()) return text_.Append(name);
  // Only LaTeX comes here. It has commands for a few functions, and a way to write any other name.
  text_.Append("\\operatorname{");
  text_.Append(NameOf(op, Format::kInfix));
  text_.Append("}");
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

void InfixWriter::WriteHypergeometricArguments(Expr expr) {
  // The children are p, the p upper parameters, the lower ones and the argument.
  const size_t p = expr->child(0)->number().get_num().get_ui();
  const std::span<const Expr> parameters = expr->children().subspan(1, expr->children().size() - 2);
  for (const std::span<const Expr> list : {parameters.first(p), parameters.subspan(p)}) {
    text_.Append(brackets_.open_list);
    WriteArguments(list);
    text_.Append(brackets_.close_list);
    text_.Append(", ");
  }
  Write(expr->children().back());
}

void InfixWriter::WriteArguments(std::span<const Expr> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text_.Append(", ");
    Write(arguments[i]);
  }
}

}  // namespace motzkin::expression
