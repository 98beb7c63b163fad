// Splits infix text into numbers, names (with the leading % of FriCAS), operators and brackets.
#pragma once

#include "common/expression/token.h"

namespace motzkin::expression {

// Thread-compatible.
class InfixLexer final : public Lexer {
 public:
  using Lexer::Lexer;

 private:
  absl::StatusOr<Token> Take() override;
  size_t NumberLength() const;
  size_t NameLength() const;
};

}  // namespace motzkin::expression
