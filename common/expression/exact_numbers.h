// How the parsers read numbers. Inside this module only.
#pragma once

#include <absl/status/statusor.h>
#include <gmpxx.h>

#include <string_view>

#include "common/expression/expression.h"

namespace motzkin::expression {

// The exact value of `digits[.digits][e[+-]digits]`. RESOURCE_EXHAUSTED (without a column): written
// out it would have more than `digits_max` digits.
absl::StatusOr<mpq_class> ParseDecimal(std::string_view text, int digits_max);

// a/b; the rational itself where that is how a rational is written: integers in lowest terms, b
// > 1.
Expr Quotient(Pool& pool, Expr a, Expr b);

// The value of an integer kNumber; null for all else.
const mpz_class* IntegerValue(Expr expr);

}  // namespace motzkin::expression
