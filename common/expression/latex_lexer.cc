#include "common/expression/latex_lexer.h"

#include <fmt/format.h>

#include <utility>

#include "common/expression/operation.h"

namespace motzkin::expression {

absl::StatusOr<Token> LatexLexer::OperatorName() {
  constexpr std::string_view kIntroduction = "\\operatorname{";
  const size_t begin = position_ + kIntroduction.size();
  size_t end = begin;
  while (IsLetter(At(end))) ++end;
  if (!text_.substr(position_).starts_with(kIntroduction) || At(end) != '}' || end == begin) {
    return ErrorAt(position_ + 1, "\\operatorname needs a name in braces");
  }
  return Lexer::Take(TokenKind::kName, end + 1 - position_, text_.substr(begin, end - begin));
}

absl::StatusOr<Token> LatexLexer::Command() {
  size_t end = position_ + 1;
  while (IsLetter(At(end))) ++end;
  const std::string_view name = text_.substr(position_ + 1, end - position_ - 1);
  const size_t length = end - position_;
  // \left and \right only size the bracket after them.
  if ((name == "left" && (At(end) == '(' || At(end) == '[')) ||
      (name == "right" && (At(end) == ')' || At(end) == ']'))) {
    const TokenKind kind = name == "left" ? TokenKind::kOpen : TokenKind::kClose;
    return Lexer::Take(kind, length + 1, text_.substr(end, 1));
  }
  if (name == "cdot") {
    Token times = Lexer::Take(TokenKind::kOperator, length, "*");
    times.op = Op::kMul;
    return times;
  }
  if (name == "operatorname") return OperatorName();
  // The next brace then opens a numerator.
  after_frac_ = name == "frac";
  if (after_frac_) return Lexer::Take(TokenKind::kName, length, "\\frac");
  const Op op = OpOfLatexName(text_.substr(position_, length));
  if (op != Op::kUndefined)
    return Lexer::Take(TokenKind::kName, length, NameOf(op, Format::kInfix));
  return ErrorAt(position_ + 1,
                 fmt::format("unknown command {}", Quoted(text_.substr(position_, length))));
}

absl::StatusOr<Token> LatexLexer::OpenBrace() {
  // The reader bounds the nesting, too, but the braces are stored here.
  if (braces_.size() >= nesting_)
    return BoundAt(position_ + 1, fmt::format("more than {} nested braces", nesting_));
  braces_.push_back(std::exchange(after_frac_, false) ? Brace::kNumerator : Brace::kGroup);
  return Lexer::Take(TokenKind::kOpen, 1, "{");
}

absl::StatusOr<Token> LatexLexer::CloseBrace() {
  if (braces_.empty()) return ErrorAt(position_ + 1, "'}' closes nothing");
  if (braces_.back() == Brace::kGroup) {
    braces_.pop_back();
    return Lexer::Take(TokenKind::kClose, 1, "}");
  }
  // The end of a numerator and the start of its denominator, }{, are the comma of the call.
  if (At(position_ + 1) != '{')
    return ErrorAt(position_ + 1, "\\frac needs a denominator in braces");
  braces_.back() = Brace::kGroup;
  return Lexer::Take(TokenKind::kComma, 2, ",");
}

absl::StatusOr<Token> LatexLexer::Take() {
  const char c = text_[position_];
  if (after_frac_ && c != '{') return ErrorAt(position_ + 1, "\\frac needs a numerator in braces");
  if (IsDigit(c)) {
    size_t end = position_;
    while (IsDigit(At(end))) ++end;
    return Lexer::Take(TokenKind::kNumber, end - position_);
  }
  if (const Op op = OpOfLatexName(Ahead(1)); op != Op::kUndefined) {
    return Lexer::Take(TokenKind::kName, 1, NameOf(op, Format::kInfix));
  }
  switch (c) {
    case '\\':
      return Command();
    case '{':
      return OpenBrace();
    case '}':
      return CloseBrace();
    default:
      return TakeSymbol(",+-^");
  }
}

}  // namespace motzkin::expression
