// Expressions as people type them: infix of any engine, prefix tokens or LaTeX.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "common/expression/expression.h"

namespace motzkin::cli {

// Finds out which of the three it is. INVALID_ARGUMENT or RESOURCE_EXHAUSTED as in parser.h.
// Thread-safe in distinct pools.
absl::StatusOr<expression::Expr> ReadExpression(std::string_view text, expression::Pool& pool);

// The same as prefix tokens, the form that travels.
absl::StatusOr<std::string> ReadAsPrefix(std::string_view text);

// Two more lines for an error that names a column: the text, and a caret below the column. Empty
// for other errors.
std::string Caret(const absl::Status& error, std::string_view text);

}  // namespace motzkin::cli
