// Splits infix text into numbers, names (with the leading % of FriCAS), operators and brackets.
#pragma once

#include <string_view>

#include "common/expression/token.h"

namespace motzkin::expression {

// `text` must outlive the lexer and its tokens. Thread-compatible.
class InfixLexer final : public TokenSource {
 public:
  explicit InfixLexer(std::string_view text) : text_(text) {}
  absl::StatusOr<Token> Next() override;

 private:
  char At(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  Token Take(TokenKind kind, size_t length);
  size_t NumberLength() const;
  size_t NameLength() const;

  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace motzkin::expression
