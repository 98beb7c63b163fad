// Reads expressions as people type them: infix of any engine, prefix tokens or LaTeX.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/expression/dialect.h"
#include "common/expression/expression.h"

namespace motzkin::cli {

enum class Notation { kInfix, kPrefix, kLatex };

// Returns the notation in which ReadExpression() reads the text first: LaTeX if it has a backslash, a
// dollar sign or, without a dialect, a brace.
Notation NotationOf(std::string_view text, expression::Dialect dialect = expression::Dialect::kAny);

// Finds out which of the three notations the text has. Infix is read in `dialect`, and prefix tokens may
// be those of the published generator. The errors INVALID_ARGUMENT and RESOURCE_EXHAUSTED are those of
// common/expression/parser.h. Thread-safe in distinct pools.
absl::StatusOr<expression::Expr> ReadExpression(
    std::string_view text, expression::Pool& pool,
    expression::Dialect dialect = expression::Dialect::kAny);

// Returns the expression as prefix tokens, the form in which it is sent and stored.
absl::StatusOr<std::string> ReadAsPrefix(std::string_view text,
                                         expression::Dialect dialect = expression::Dialect::kAny);

// Returns LaTeX as prefix tokens, whether or not it has anything by which NotationOf() knows it.
absl::StatusOr<std::string> ReadLatexAsPrefix(std::string_view text);

// Returns two more lines for an error that names a column: the text, and a caret below the column.
// Empty for other errors.
std::string Caret(const absl::Status& error, std::string_view text);

}  // namespace motzkin::cli
