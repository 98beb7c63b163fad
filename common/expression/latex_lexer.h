// Turns LaTeX, as Format::kLatex prints it, into the tokens of infix: \frac{a}{b} becomes the call
// \frac(a, b), x^{2} becomes x^(2), and \operatorname{erf}\left(x\right) becomes erf(x).
#pragma once

#include <string_view>
#include <vector>

#include "common/expression/token.h"

namespace motzkin::expression {

// Thread-compatible.
class LatexLexer final : public Lexer {
 public:
  // Braces that nest deeper than `nesting` are refused.
  LatexLexer(std::string_view text, int nesting)
      : Lexer(text), nesting_(static_cast<size_t>(nesting)) {}

 private:
  // The role of an open brace decides what its closing brace means: the end of a group, or the
  // comma between the two arguments of \frac.
  enum class Brace { kGroup, kNumerator };

  absl::StatusOr<Token> Take() override;
  absl::StatusOr<Token> Command();
  absl::StatusOr<Token> OperatorName();
  absl::StatusOr<Token> OpenBrace();
  absl::StatusOr<Token> CloseBrace();

  size_t nesting_;
  bool after_frac_ = false;
  std::vector<Brace> braces_;  // the open ones, innermost last
};

}  // namespace motzkin::expression
