// Writes LaTeX that LatexLexer reads back. Inside this module only.
#pragma once

#include <string_view>

#include "common/expression/bounded_text.h"
#include "common/expression/expression.h"

namespace motzkin::expression {

// Writes one expression. Recurses as deep as the tree, which PoolLimits bounds. Thread-compatible.
class LatexWriter {
 public:
  // `text` must outlive the writer.
  explicit LatexWriter(BoundedText& text) : text_(text) {}

  void Write(Expr expr);

 private:
  // As in InfixWriter, but a fraction is an atom except as the base of a power.
  enum class Binding { kSum, kProduct, kNegation, kPower, kFraction, kAtom };

  static Binding BindingOf(Expr expr);
  static bool LeadsWithMinus(Expr expr);
  // Whether the text starts with a digit or a fraction, which would run together with the factor
  // before it.
  static bool LeadsWithDigitOrFraction(Expr expr);
  void WriteFirst(Expr expr, Binding at_least);
  void WriteLater(Expr expr, Binding at_least);
  void WriteBracketed(Expr expr);
  void WriteSum(Expr expr, std::string_view separator);
  void WriteProduct(Expr expr);
  void WriteFunction(Expr expr);
  void WriteArguments(std::span<const Expr> arguments);

  BoundedText& text_;
};

}  // namespace motzkin::expression
