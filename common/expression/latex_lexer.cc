#include "common/expression/latex_lexer.h"

#include <fmt/format.h>

#include <utility>

#include "common/expression/operation.h"

namespace motzkin::expression {

Token LatexLexer::Take(TokenKind kind, size_t length, std::string_view text) {
  const Token token{kind, position_ + 1, text};
  position_ += length;
  return token;
}

absl::StatusOr<Token> LatexLexer::OperatorName() {
  constexpr std::string_view kIntroduction = "\\operatorname{";
  const size_t begin = position_ + kIntroduction.size();
  size_t end = begin;
  while (IsLetter(At(end))) ++end;
  if (!text_.substr(position_).starts_with(kIntroduction) || At(end) != '}' || end == begin) {
    return ErrorAt(position_ + 1, "\\operatorname needs a name in braces");
  }
  return Take(TokenKind::kName, end + 1 - position_, text_.substr(begin, end - begin));
}

absl::StatusOr<Token> LatexLexer::Command() {
  size_t end = position_ + 1;
  while (IsLetter(At(end))) ++end;
  const std::string_view name = text_.substr(position_ + 1, end - position_ - 1);
  const size_t length = end - position_;
  // \left and \right only size the bracket after them.
  if (name == "left" && At(end) == '(') return Take(TokenKind::kOpen, length + 1, "(");
  if (name == "right" && At(end) == ')') return Take(TokenKind::kClose, length + 1, ")");
  if (name == "left" && At(end) == '[') return Take(TokenKind::kOpen, length + 1, "[");
  if (name == "right" && At(end) == ']') return Take(TokenKind::kClose, length + 1, "]");
  if (name == "cdot") return Take(TokenKind::kTimes, length, "*");
  if (name == "operatorname") return OperatorName();
  // The next brace then opens a numerator.
  after_frac_ = name == "frac";
  if (after_frac_) return Take(TokenKind::kName, length, "\\frac");
  const Op op = OpOfLatexName(text_.substr(position_, length));
  if (op != Op::kUndefined) return Take(TokenKind::kName, length, NameOf(op, Format::kInfix));
  return ErrorAt(position_ + 1,
                 fmt::format("unknown command {}", Quoted(text_.substr(position_, length))));
}

absl::StatusOr<Token> LatexLexer::OpenBrace() {
  // The reader bounds the nesting, too, but the braces are stored here.
  if (braces_.size() >= nesting_)
    return BoundAt(position_ + 1, fmt::format("more than {} nested braces", nesting_));
  braces_.push_back(std::exchange(after_frac_, false) ? Brace::kNumerator : Brace::kGroup);
  return Take(TokenKind::kOpen, 1, "{");
}

absl::StatusOr<Token> LatexLexer::CloseBrace() {
  if (braces_.empty()) return ErrorAt(position_ + 1, "'}' closes nothing");
  if (braces_.back() == Brace::kGroup) {
    braces_.pop_back();
    return Take(TokenKind::kClose, 1, "}");
  }
  // The end of a numerator and the start of its denominator, }{, are the comma of the call.
  if (At(position_ + 1) != '{')
    return ErrorAt(position_ + 1, "\\frac needs a denominator in braces");
  braces_.back() = Brace::kGroup;
  return Take(TokenKind::kComma, 2, ",");
}

absl::StatusOr<Token> LatexLexer::Next() {
  while (IsSpace(At(position_))) ++position_;
  if (position_ >= text_.size()) return Token{TokenKind::kEnd, text_.size() + 1, {}};
  const char c = text_[position_];
  if (after_frac_ && c != '{') return ErrorAt(position_ + 1, "\\frac needs a numerator in braces");
  if (IsDigit(c)) {
    size_t end = position_;
    while (IsDigit(At(end))) ++end;
    return Take(TokenKind::kNumber, end - position_, text_.substr(position_, end - position_));
  }
  if (const Op op = OpOfLatexName(text_.substr(position_, 1)); op != Op::kUndefined) {
    return Take(TokenKind::kName, 1, NameOf(op, Format::kInfix));
  }
  switch (c) {
    case '\\':
      return Command();
    case '{':
      return OpenBrace();
    case '}':
      return CloseBrace();
    case ',':
      return Take(TokenKind::kComma, 1, ",");
    case '+':
      return Take(TokenKind::kPlus, 1, "+");
    case '-':
      return Take(TokenKind::kMinus, 1, "-");
    case '^':
      return Take(TokenKind::kCaret, 1, "^");
    default:
      return ErrorAt(position_ + 1,
                     fmt::format("unexpected character {}", Quoted(text_.substr(position_, 1))));
  }
}

}  // namespace motzkin::expression
