#include "common/expression/token.h"

#include <fmt/format.h>

#include <algorithm>

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

absl::StatusOr<Token> Lexer::Next() {
  while (IsSpace(At(position_))) ++position_;
  if (position_ >= text_.size()) return Token{TokenKind::kEnd, text_.size() + 1, {}};
  return Take();
}

Token Lexer::Take(TokenKind kind, size_t length) { return Take(kind, length, Ahead(length)); }

Token Lexer::Take(TokenKind kind, size_t length, std::string_view text) {
  const Token token{kind, position_ + 1, text};
  position_ += length;
  return token;
}

absl::StatusOr<Token> Lexer::TakeSymbol(std::string_view accepted) {
  for (const Symbol& symbol : kSymbols) {
    if (symbol.character != text_[position_] ||
        accepted.find(symbol.character) == std::string_view::npos)
      continue;
    Token token = Take(symbol.kind, 1);
    token.op = symbol.op;
    return token;
  }
  return ErrorAt(position_ + 1, fmt::format("unexpected character {}", Quoted(Ahead(1))));
}

absl::Status ErrorAt(size_t column, std::string_view message) {
  return absl::InvalidArgumentError(fmt::format("column {}: {}", column, message));
}

absl::Status BoundAt(size_t column, std::string_view message) {
  return absl::ResourceExhaustedError(fmt::format("column {}: {}", column, message));
}

std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 32;  // longer than any name we know
  std::string quoted = "'";
  for (const char c : text.substr(0, kShown)) {
    // Other bytes could break a line of a log or do harm in a terminal.
    if (c >= ' ' && c <= '~') {
      quoted += c;
    } else {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  quoted += text.size() > kShown ? "...'" : "'";
  return quoted;
}

}  // namespace motzkin::expression
