#include "common/expression/infix_lexer.h"

namespace motzkin::expression {

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

absl::StatusOr<Token> InfixLexer::Take() {
  const char c = text_[position_];
  if (IsDigit(c) || (c == '.' && IsDigit(At(position_ + 1))))
    return Lexer::Take(TokenKind::kNumber, NumberLength());
  if (IsLetter(c) || c == '%') return Lexer::Take(TokenKind::kName, NameLength());
  if (c == '!') return ErrorAt(position_ + 1, "factorials are not accepted; write gamma(x + 1)");
  if (c == '|') return ErrorAt(position_ + 1, "bars are not accepted; write abs(x)");
  if (Ahead(2) != "**") return TakeSymbol("()[],+-*/^");
  // SymPy and Python write a power as **.
  Token power = Lexer::Take(TokenKind::kOperator, 2);
  power.op = Op::kPow;
  return power;
}

}  // namespace motzkin::expression
