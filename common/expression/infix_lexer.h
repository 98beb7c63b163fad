// Splits infix text into numbers, names (with the leading % of FriCAS), operators and brackets.
#pragma once

#include "common/expression/dialect.h"
#include "common/expression/token.h"

namespace motzkin::expression {

// Thread-compatible.
class InfixLexer final : public Lexer {
 public:
  // `text` must outlive the lexer and its tokens.
  InfixLexer(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

  absl::StatusOr<Token> Next() override;

 private:
  // Returns the token that begins at the current position, which is neither a space nor the end.
  absl::StatusOr<Token> Take();
  // Takes `length` bytes as a token whose text is `text` or, without it, those bytes.
  Token Take(TokenKind kind, size_t length);
  Token Take(TokenKind kind, size_t length, std::string_view text);
  // Takes an operator, bracket or comma of one character. Any other character is an error.
  absl::StatusOr<Token> TakeSymbol();
  size_t NumberLength() const;
  size_t NameLength() const;
  char At(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  std::string_view Ahead(size_t length) const { return text_.substr(position_, length); }

  const std::string_view text_;
  const Dialect dialect_;
  size_t position_ = 0;
};

}  // namespace motzkin::expression
