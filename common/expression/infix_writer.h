// Infix of every dialect: ours, SymPy's, giac's, FriCAS's. Inside this module only.
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
  // The first operation that the dialect cannot say; kUndefined when all went well.
  Op unsayable() const { return unsayable_; }

 private:
  // How tightly the text of an expression binds, loosest first.
  enum class Binding { kSum, kProduct, kNegation, kPower, kAtom };

  static Binding BindingOf(Expr expr);
  // Starts with a minus sign, which is not written after another operator.
  static bool LeadsWithMinus(Expr expr);
  // In parentheses when it binds looser than `at_least`.
  void WriteFirst(Expr expr, Binding at_least);
  // The same for what follows an operator.
  void WriteLater(Expr expr, Binding at_least);
  void WriteInParentheses(Expr expr);
  void WriteJoined(Expr expr, std::string_view separator, Binding first, Binding later);
  void WriteFunction(Expr expr);
  void WriteByReciprocal(Expr expr);
  void WriteAround(Expr argument, std::string_view before, std::string_view after);
  void WriteHypergeometric(Expr expr, std::string_view name);
  void WriteArguments(std::span<const Expr> arguments);

  Format format_;
  BoundedText& text_;
  Op unsayable_ = Op::kUndefined;
};

}  // namespace motzkin::expression
