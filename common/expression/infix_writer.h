// Writes infix in every dialect: ours, SymPy's, giac's, FriCAS's, and the LaTeX that LatexLexer
// reads back. Inside this module only.
#pragma once

#include <string_view>

#include "common/expression/bounded_text.h"
#include "common/expression/expression.h"
#include "common/expression/printer.h"

namespace motzkin::expression {

// Writes one expression. Recurses as deep as the tree, which PoolLimits bounds. Thread-compatible.
class InfixWriter {
 public:
  // `text` must outlive the writer. Every format but kPrefix is a dialect.
  InfixWriter(Format format, BoundedText& text);

  void Write(Expr expr);
  // The first operation for which the dialect has no name; kUndefined if there was none.
  Op unsayable() const { return unsayable_; }

 private:
  // How tightly the text of an expression binds, loosest first. kFraction is that of \frac, which
  // is an atom except as the base of a power.
  enum class Binding { kSum, kProduct, kNegation, kPower, kFraction, kAtom };
  struct Brackets {
    std::string_view open, close, open_list, close_list;
  };

  static const Brackets& BracketsOf(Format format);
  Binding BindingOf(Expr expr) const;
  // Whether the text starts with a minus sign, which must not follow another operator.
  bool LeadsWithMinus(Expr expr) const;
  // Whether LaTeX starts with a digit or a fraction, which would run together with the factor
  // before it.
  bool LeadsWithDigitOrFraction(Expr expr) const;
  // Writes a first operand, in parentheses if it binds looser than `at_least`.
  void WriteFirst(Expr expr, Binding at_least);
  // Writes an operand after an operator, in parentheses also if it starts with a minus sign.
  void WriteLater(Expr expr, Binding at_least);
  void WriteInParentheses(Expr expr);
  void WriteJoined(Expr expr, std::string_view separator, Binding first, Binding later);
  void WriteNumber(const mpq_class& number);
  void WriteQuotient(Expr expr);
  void WritePower(Expr expr);
  void WriteFunction(Expr expr);
  // Writes a function without a name as the one of 1/u that is equal to it.
  void WriteByReciprocal(Expr expr);
  void WriteAround(Expr argument, std::string_view before, std::string_view after);
  void WriteName(Op op);
  void WriteHypergeometricArguments(Expr expr);
  void WriteArguments(std::span<const Expr> arguments);

  const Format format_;
  const bool latex_;
  const Brackets& brackets_;
  BoundedText& text_;
  Op unsayable_ = Op::kUndefined;
};

}  // namespace motzkin::expression
