#include "common/expression/latex_writer.h"

#include "common/expression/operation.h"

namespace motzkin::expression {

LatexWriter::Binding LatexWriter::BindingOf(Expr expr) {
  switch (expr->op()) {
    case Op::kAdd:
    case Op::kSub:
      return Binding::kSum;
    case Op::kMul:
      return Binding::kProduct;
    case Op::kNeg:
      return Binding::kNegation;
    case Op::kPow:
      return Binding::kPower;
    case Op::kDiv:
      return Binding::kFraction;
    case Op::kNumber:
      if (expr->number().get_den() != 1) return Binding::kFraction;
      return sgn(expr->number()) < 0 ? Binding::kNegation : Binding::kAtom;
    default:
      return Binding::kAtom;
  }
}

bool LatexWriter::LeadsWithMinus(Expr expr) {
  while (true) {
    switch (expr->op()) {
      case Op::kNeg:
        return true;
      case Op::kNumber:
        return expr->number().get_den() == 1 && sgn(expr->number()) < 0;
      case Op::kAdd:
      case Op::kSub:
      case Op::kMul:
        // A first operand in brackets starts with a bracket.
        if (BindingOf(expr->child(0)) < BindingOf(expr)) return false;
        expr = expr->child(0);
        break;
      default:
        return false;
    }
  }
}

bool LatexWriter::LeadsWithDigitOrFraction(Expr expr) {
  // Products and powers start with their first operand, unless it is in brackets.
  while (expr->op() == Op::kMul || expr->op() == Op::kPow) {
    if (BindingOf(expr->child(0)) < (expr->op() == Op::kPow ? Binding::kAtom : Binding::kProduct))
      return false;
    expr = expr->child(0);
  }
  return expr->op() == Op::kNumber || expr->op() == Op::kDiv;
}

void LatexWriter::WriteFirst(Expr expr, Binding at_least) {
  if (BindingOf(expr) < at_least) {
    WriteBracketed(expr);
  } else {
    Write(expr);
  }
}

void LatexWriter::WriteLater(Expr expr, Binding at_least) {
  if (BindingOf(expr) < at_least || LeadsWithMinus(expr)) {
    WriteBracketed(expr);
  } else {
    Write(expr);
  }
}

void LatexWriter::WriteBracketed(Expr expr) {
  text_.Append("\\left(");
  Write(expr);
  text_.Append("\\right)");
}

void LatexWriter::WriteSum(Expr expr, std::string_view separator) {
  WriteFirst(expr->child(0), Binding::kSum);
  for (const Expr child : expr->children().subspan(1)) {
    text_.Append(separator);
    WriteLater(child, Binding::kProduct);
  }
}

void LatexWriter::WriteProduct(Expr expr) {
  WriteFirst(expr->child(0), Binding::kProduct);
  for (const Expr child : expr->children().subspan(1)) {
    // With a space alone, a reader would take the product of 2 and 3 for 23.
    text_.Append(LeadsWithDigitOrFraction(child) ? " \\cdot " : " ");
    WriteLater(child, Binding::kNegation);
  }
}

void LatexWriter::Write(Expr expr) {
  if (text_.full()) return;
  switch (expr->op()) {
    case Op::kNumber:
      if (expr->number().get_den() == 1) return text_.Append(expr->number().get_str());
      text_.Append("\\frac{" + expr->number().get_num().get_str() + "}{" +
                   expr->number().get_den().get_str() + "}");
      return;
    case Op::kNeg:
      // -\left(3\right) is the negation of a number, while -3 is a number.
      text_.Append("-");
      if (expr->child(0)->op() == Op::kNumber) return WriteBracketed(expr->child(0));
      return WriteLater(expr->child(0), Binding::kPower);
    case Op::kAdd:
      return WriteSum(expr, " + ");
    case Op::kSub:
      return WriteSum(expr, " - ");
    case Op::kMul:
      return WriteProduct(expr);
    case Op::kDiv:
      text_.Append("\\frac{");
      Write(expr->child(0));
      text_.Append("}{");
      Write(expr->child(1));
      return text_.Append("}");
    case Op::kPow:
      WriteFirst(expr->child(0), Binding::kAtom);
      text_.Append("^{");
      Write(expr->child(1));
      return text_.Append("}");
    case Op::kSqrt:
      text_.Append("\\sqrt{");
      Write(expr->child(0));
      return text_.Append("}");
    default:
      return WriteFunction(expr);
  }
}

void LatexWriter::WriteFunction(Expr expr) {
  const std::string_view name = NameOf(expr->op(), Format::kLatex);
  if (name.empty()) {
    text_.Append("\\operatorname{");
    text_.Append(NameOf(expr->op(), Format::kInfix));
    text_.Append("}");
  } else {
    text_.Append(name);
  }
  if (expr->children().empty()) return;
  text_.Append("\\left(");
  if (expr->op() == Op::kHypergeometric) {
    const size_t p = expr->child(0)->number().get_num().get_ui();
    const std::span<const Expr> parameters =
        expr->children().subspan(1, expr->children().size() - 2);
    text_.Append("\\left[");
    WriteArguments(parameters.first(p));
    text_.Append("\\right], \\left[");
    WriteArguments(parameters.subspan(p));
    text_.Append("\\right], ");
    Write(expr->children().back());
  } else {
    WriteArguments(expr->children());
    if (expr->op() == Op::kRootOf) text_.Append(", t");
  }
  text_.Append("\\right)");
}

void LatexWriter::WriteArguments(std::span<const Expr> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text_.Append(", ");
    Write(arguments[i]);
  }
}

}  // namespace motzkin::expression
