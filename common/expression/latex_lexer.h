// Turns LaTeX, as Format::kLatex prints it, into the tokens of infix: \frac{a}{b} becomes the call
// \frac(a, b), x^{2} becomes x^(2), and \operatorname{erf}\left(x\right) becomes erf(x).
#pragma once

#include <string_view>
#include <vector>

#include "common/expression/token.h"

namespace motzkin::expression {

// `text` must outlive the lexer and its tokens. Thread-compatible.
class LatexLexer final : public TokenSource {
 public:
  // Braces that nest deeper than `nesting` are refused.
  LatexLexer(std::string_view text, int nesting)
      : text_(text), nesting_(static_cast<size_t>(nesting)) {}
  absl::StatusOr<Token> Next() override;

 private:
  // The role of an open brace decides what its closing brace means: the end of a group, or the
  // comma between the two arguments of \frac.
  enum class Brace { kGroup, kNumerator };

  char At(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  Token Take(TokenKind kind, size_t length, std::string_view text);
  absl::StatusOr<Token> Command();
  absl::StatusOr<Token> OperatorName();
  absl::StatusOr<Token> OpenBrace();
  absl::StatusOr<Token> CloseBrace();

  std::string_view text_;
  size_t nesting_;
  size_t position_ = 0;
  bool after_frac_ = false;
  std::vector<Brace> braces_;  // the open ones, innermost last
};

}  // namespace motzkin::expression
