// Numbers for the tree, its parsers and printers, and the canonical form. Inside this module only.
#pragma once

#include <absl/status/statusor.h>
#include <gmpxx.h>

#include <cstdint>
#include <limits>
#include <string_view>

#include "common/expression/expression.h"

namespace motzkin::expression {

// Returns the exact value of `digits[.digits][e[+-]digits]`. RESOURCE_EXHAUSTED, without a column:
// written out, it would have more than `digits_max` digits.
absl::StatusOr<mpq_class> ParseDecimal(std::string_view text, int digits_max);

// Returns a/b. If both are integers in lowest terms and b > 1, this is the rational number, because
// that is how a rational number is written.
Expr Quotient(Pool& pool, Expr a, Expr b);

// Returns the largest integer that is not above `value`.
mpz_class Floor(const mpq_class& value);

// Returns a + b, or the largest number there is if the sum is larger.
inline uint64_t SaturatingAdd(uint64_t a, uint64_t b) {
  const uint64_t sum = a + b;
  return sum < a ? std::numeric_limits<uint64_t>::max() : sum;
}

// Returns the value of an integer kNumber; null for all other expressions.
const mpz_class* IntegerValue(Expr expr);

}  // namespace motzkin::expression
