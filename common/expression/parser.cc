#include "common/expression/parser.h"

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "common/expression/expression_reader.h"
#include "common/expression/infix_lexer.h"
#include "common/expression/latex_lexer.h"
#include "common/expression/prefix_reader.h"

namespace motzkin::expression {
namespace {

// Bounds the text, which bounds the memory and time of everything that follows.
absl::Status CheckSize(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.bytes)
    return BoundAt(limits.bytes + 1, fmt::format("more than {} bytes", limits.bytes));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Expr> ParseInfix(std::string_view text, Pool& pool, const ParseLimits& limits,
                                Dialect dialect) {
  RETURN_IF_ERROR(CheckSize(text, limits));
  InfixLexer lexer(text, dialect);
  return ExpressionReader(lexer, pool, limits, ExpressionReader::Notation::kInfix, dialect).Read();
}

absl::StatusOr<Expr> ParseLatex(std::string_view text, Pool& pool, const ParseLimits& limits) {
  RETURN_IF_ERROR(CheckSize(text, limits));
  LatexLexer lexer(text);
  return ExpressionReader(lexer, pool, limits, ExpressionReader::Notation::kLatex, Dialect::kAny)
      .Read();
}

absl::StatusOr<Expr> ParsePrefix(std::string_view text, Pool& pool, const ParseLimits& limits,
                                 Vocabulary vocabulary) {
  RETURN_IF_ERROR(CheckSize(text, limits));
  return PrefixReader(text, pool, limits, vocabulary).Read();
}

}  // namespace motzkin::expression
