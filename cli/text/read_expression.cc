#include "cli/text/read_expression.h"

#include <absl/strings/numbers.h>
#include <absl/strings/strip.h>
#include <fmt/core.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "common/expression/parser.h"
#include "common/expression/printer.h"

namespace motzkin::cli {
namespace {

// Whether the text begins with a token that only prefix form begins with. Other prefix texts, such
// as `sin x`, either mean the same in infix or are not infix at all.
bool LooksLikePrefix(std::string_view text) {
  const std::string_view first = text.substr(0, text.find(' '));
  constexpr std::string_view kTokens[] = {"add",  "sub", "mul", "div",  "pow",  "neg",  "INT+",
                                          "INT-", "inv", "rac", "pow2", "pow3", "pow4", "pow5"};
  return std::find(std::begin(kTokens), std::end(kTokens), first) != std::end(kTokens);
}

}  // namespace

Notation NotationOf(std::string_view text, expression::Dialect dialect) {
  const bool braces = dialect == expression::Dialect::kAny;
  if (text.find_first_of(braces ? "\\${" : "\\$") != std::string_view::npos)
    return Notation::kLatex;
  return LooksLikePrefix(text) ? Notation::kPrefix : Notation::kInfix;
}

absl::StatusOr<expression::Expr> ReadExpression(std::string_view text, expression::Pool& pool,
                                                expression::Dialect dialect) {
  const auto prefix = [&] {
    return expression::ParsePrefix(text, pool, {}, expression::Vocabulary::kLampleCharton);
  };
  switch (NotationOf(text, dialect)) {
    case Notation::kLatex:
      return expression::ParseLatex(text, pool);
    case Notation::kPrefix:
      return prefix();
    case Notation::kInfix:
      break;
  }
  absl::StatusOr<expression::Expr> infix = expression::ParseInfix(text, pool, {}, dialect);
  if (infix.ok()) return infix;
  absl::StatusOr<expression::Expr> tokens = prefix();
  return tokens.ok() ? tokens : infix;  // Most people write infix, so its error helps more.
}

absl::StatusOr<std::string> ReadAsPrefix(std::string_view text, expression::Dialect dialect) {
  expression::Pool pool;
  ASSIGN_OR_RETURN(const expression::Expr expr, ReadExpression(text, pool, dialect));
  return expression::Print(expr, expression::Format::kPrefix);
}

absl::StatusOr<std::string> ReadLatexAsPrefix(std::string_view text) {
  expression::Pool pool;
  ASSIGN_OR_RETURN(const expression::Expr expr, expression::ParseLatex(text, pool));
  return expression::Print(expr, expression::Format::kPrefix);
}

std::string Caret(const absl::Status& error, std::string_view text) {
  absl::string_view message = error.message();
  const size_t end = message.find(':');
  size_t column = 0;
  const bool named = absl::ConsumePrefix(&message, "column ") && end != absl::string_view::npos &&
                     absl::SimpleAtoi(message.substr(0, message.find(':')), &column);
  if (!named || column == 0 || column > text.size() + 1) return "";
  constexpr size_t kContext = 60;  // This many columns are shown on either side of the error.
  const size_t at = column - 1;
  const size_t begin = at > kContext ? at - kContext : 0;
  std::string shown(text.substr(begin, 2 * kContext));
  // A tab or a line feed would move the text away from the caret, and so would characters of several
  // bytes, because columns count bytes. An escape sequence would be obeyed.
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  std::replace_if(shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return fmt::format("\n  {}\n  {:>{}}", shown, "^", at - begin + 1);
}

}  // namespace motzkin::cli
