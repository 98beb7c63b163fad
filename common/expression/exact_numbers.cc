#include "common/expression/exact_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "common/expression/token.h"

namespace motzkin::expression {
namespace {

mpz_class PowerOfTen(long exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(exponent));
  return power;
}

// Returns the exponent after the e. It saturates far above any bound on digits, so that
// 1e99999999999 cannot overflow.
long ParseExponent(std::string_view text) {
  constexpr long kSaturated = 1'000'000'000;
  const bool negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  long value = 0;
  for (const char c : text) value = std::min(kSaturated, value * 10 + (c - '0'));
  return negative ? -value : value;
}

}  // namespace

absl::StatusOr<mpq_class> ParseDecimal(std::string_view text, int digits_max) {
  const size_t mark = text.find_first_of("eE");
  const long exponent = mark == std::string_view::npos ? 0 : ParseExponent(text.substr(mark + 1));
  const std::string_view mantissa = text.substr(0, mark);
  // Check before computing anything: 1e999999999 is short as a text, but would fill the memory.
  if (mantissa.size() + static_cast<size_t>(std::abs(exponent)) > static_cast<size_t>(digits_max)) {
    return absl::ResourceExhaustedError(fmt::format("a number of more than {} digits", digits_max));
  }
  std::string digits(mantissa);
  long scale = exponent;
  if (const size_t point = digits.find('.'); point != std::string::npos) {
    scale -= static_cast<long>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  mpq_class value(mpz_class(digits, 10));
  if (scale > 0) value *= PowerOfTen(scale);
  if (scale < 0) value /= PowerOfTen(-scale);
  return value;
}

mpz_class Floor(const mpq_class& value) {
  mpz_class floor;
  mpz_fdiv_q(floor.get_mpz_t(), value.get_num_mpz_t(), value.get_den_mpz_t());
  return floor;
}

const mpz_class* IntegerValue(Expr expr) {
  if (expr->op() != Op::kNumber || expr->number().get_den() != 1) return nullptr;
  return &expr->number().get_num();
}

Expr Quotient(Pool& pool, Expr a, Expr b) {
  const mpz_class* numerator = IntegerValue(a);
  const mpz_class* denominator = IntegerValue(b);
  if (numerator != nullptr && denominator != nullptr && *denominator > 1 &&
      gcd(*numerator, *denominator) == 1) {
    return pool.Number(mpq_class(*numerator, *denominator));
  }
  return pool.Div(a, b);
}

}  // namespace motzkin::expression
