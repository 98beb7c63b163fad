#include "common/expression/infix_lexer.h"

#include <fmt/format.h>

namespace motzkin::expression {
namespace {

struct Symbol {
  char character;
  TokenKind kind;
  Op op = Op::kUndefined;
};

constexpr Symbol kSymbols[] = {
    {'(', TokenKind::kOpen},
    {'[', TokenKind::kOpen},
    {')', TokenKind::kClose},
    {']', TokenKind::kClose},
    {',', TokenKind::kComma},
    {'+', TokenKind::kOperator, Op::kAdd},
    {'-', TokenKind::kOperator, Op::kSub},
    {'*', TokenKind::kOperator, Op::kMul},
    {'/', TokenKind::kOperator, Op::kDiv},
    {'^', TokenKind::kOperator, Op::kPow},
};

}  // namespace

absl::StatusOr<Token> InfixLexer::Next() {
  while (IsSpace(At(position_))) ++position_;
  if (position_ >= text_.size()) return Token{TokenKind::kEnd, text_.size() + 1, {}};
  return Take();
}

Token InfixLexer::Take(TokenKind kind, size_t length) { return Take(kind, length, Ahead(length)); }

Token InfixLexer::Take(TokenKind kind, size_t length, std::string_view text) {
  const Token token{kind, position_ + 1, text};
  position_ += length;
  return token;
}

absl::StatusOr<Token> InfixLexer::TakeSymbol() {
  for (const Symbol& symbol : kSymbols) {
    if (symbol.character != text_[position_]) continue;
    Token token = Take(symbol.kind, 1);
    token.op = symbol.op;
    return token;
  }
  return ErrorAt(position_ + 1, fmt::format("unexpected character {}", Quoted(Ahead(1))));
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

absl::StatusOr<Token> InfixLexer::Take() {
  const char c = text_[position_];
  if (IsDigit(c) || (c == '.' && IsDigit(At(position_ + 1))))
    return Take(TokenKind::kNumber, NumberLength());
  if (IsLetter(c) || c == '%') return Take(TokenKind::kName, NameLength());
  if (c == '!') return ErrorAt(position_ + 1, "factorials are not accepted; write gamma(x + 1)");
  if (c == '|') return ErrorAt(position_ + 1, "bars are not accepted; write abs(x)");
  // Mathematica's lists. To the reader, a list has square brackets.
  if (c == '{' && dialect_ == Dialect::kMathematica) return Take(TokenKind::kOpen, 1, "[");
  if (c == '}' && dialect_ == Dialect::kMathematica) return Take(TokenKind::kClose, 1, "]");
  if (Ahead(2) != "**") return TakeSymbol();
  // SymPy and Python write a power as **.
  Token power = Take(TokenKind::kOperator, 2);
  power.op = Op::kPow;
  return power;
}

}  // namespace motzkin::expression
