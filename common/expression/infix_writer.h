// Writes infix in every dialect: ours, SymPy's, giac's and FriCAS's. Inside this module only.
#pragma once

#include <string_view>

#include "common/expression/bounded_text.h"
#include "common/expression/expression.h"
#include "common/expression/printer.h"

namespace motzkin::expression {

// Writes one expression. Recurses as deep as the tree, which PoolLimits bounds. Thread-compatible.
class InfixWriter {
 public:
  // `text` must outlive the writer.
  InfixWriter(Format format, BoundedText& text) : format_(format), text_(text) {}

  void Write(Expr expr);
  // The first operation for which the dialect has no name; kUndefined if there was none.
  Op unsayable() const { return unsayable_; }

 private:
  // How tightly the text of an expression binds, loosest first.
  enum class Binding { kSum, kProduct, kNegation, kPower, kAtom };

  static Binding BindingOf(Expr expr);
  // Whether the text starts with a minus sign, which must not follow another operator.
  static bool LeadsWithMinus(Expr expr);
  // Writes a first operand, in parentheses if it binds looser than `at_least`.
  void WriteFirst(Expr expr, Binding at_least);
  // Writes an operand after an operator, in parentheses also if it starts with a minus sign.
  void WriteLater(Expr expr, Binding at_least);
  void WriteInParentheses(Expr expr);
  void WriteJoined(Expr expr, std::string_view separator, Binding first, Binding later);
  void WriteFunction(Expr expr);
  // Writes a function without a name as the one of 1/u that is equal to it.
  void WriteByReciprocal(Expr expr);
  void WriteAround(Expr argument, std::string_view before, std::string_view after);
  void WriteHypergeometric(Expr expr, std::string_view name);
  void WriteArguments(std::span<const Expr> arguments);

  Format format_;
  BoundedText& text_;
  Op unsayable_ = Op::kUndefined;
};

}  // namespace motzkin::expression
