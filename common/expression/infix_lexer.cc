#include "common/expression/infix_lexer.h"

#include <fmt/format.h>

namespace motzkin::expression {

Token InfixLexer::Take(TokenKind kind, size_t length) {
  const Token token{kind, position_ + 1, text_.substr(position_, length)};
  position_ += length;
  return token;
}

// Reads digits [. digits] [e [+-] digits], where either side of the point may be empty. Without
// digits after it, the `e` is a name, so the reader refuses `2e`.
size_t InfixLexer::NumberLength() const {
  size_t end = position_;
  while (IsDigit(At(end))) ++end;
  if (At(end) == '.') ++end;
  while (IsDigit(At(end))) ++end;
  if (At(end) != 'e' && At(end) != 'E') return end - position_;
  size_t exponent = end + 1;
  if (At(exponent) == '+' || At(exponent) == '-') ++exponent;
  if (!IsDigit(At(exponent))) return end - position_;
  while (IsDigit(At(exponent))) ++exponent;
  return exponent - position_;
}

size_t InfixLexer::NameLength() const {
  size_t end = position_;
  while (At(end) == '%') ++end;  // %pi, and %%F0 for the unknown of a rootOf
  while (IsLetter(At(end)) || IsDigit(At(end))) ++end;
  return end - position_;
}

absl::StatusOr<Token> InfixLexer::Next() {
  while (IsSpace(At(position_))) ++position_;
  if (position_ >= text_.size()) return Token{TokenKind::kEnd, text_.size() + 1, {}};
  const char c = text_[position_];
  if (IsDigit(c) || (c == '.' && IsDigit(At(position_ + 1))))
    return Take(TokenKind::kNumber, NumberLength());
  if (IsLetter(c) || c == '%') return Take(TokenKind::kName, NameLength());
  switch (c) {
    case '(':
    case '[':
      return Take(TokenKind::kOpen, 1);
    case ')':
    case ']':
      return Take(TokenKind::kClose, 1);
    case ',':
      return Take(TokenKind::kComma, 1);
    case '+':
      return Take(TokenKind::kPlus, 1);
    case '-':
      return Take(TokenKind::kMinus, 1);
    case '/':
      return Take(TokenKind::kSlash, 1);
    case '^':
      return Take(TokenKind::kCaret, 1);
    // SymPy and Python write a power as **.
    case '*':
      return At(position_ + 1) == '*' ? Take(TokenKind::kCaret, 2) : Take(TokenKind::kTimes, 1);
    case '!':
      return ErrorAt(position_ + 1, "factorials are not accepted; write gamma(x + 1)");
    case '|':
      return ErrorAt(position_ + 1, "bars are not accepted; write abs(x)");
    default:
      return ErrorAt(position_ + 1,
                     fmt::format("unexpected character {}", Quoted(text_.substr(position_, 1))));
  }
}

}  // namespace motzkin::expression
