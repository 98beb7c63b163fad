#include "common/yaml/scalar.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <cmath>
#include <span>
#include <string>

#include "common/base/status_macros.h"
#include "common/base/string_view.h"

namespace motzkin::yaml {
namespace {

absl::Status Refuse(std::string_view text, std::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat("'", ToAbsl(text), "' is not ", ToAbsl(expected)));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Returns the digits of an unsigned decimal without the underscores between them. Refuses a leading
// zero.
absl::StatusOr<std::string> Digits(std::string_view text, std::string_view expected) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    // An underscore counts as a separator only between two digits, so that _1 and 1__0 are refused.
    const bool separator = text[i] == '_' && i > 0 && i + 1 < text.size() && text[i - 1] != '_';
    if (!IsDigit(text[i]) && !separator) return Refuse(text, expected);
    if (!separator) digits.push_back(text[i]);
  }
  if (digits.empty()) return Refuse(text, expected);
  if (digits.size() > 1 && digits[0] == '0') {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", ToAbsl(text), "' has a leading zero, which some read as octal; write it without"));
  }
  return digits;
}

struct Unit {
  std::string_view name;
  double factor;
};

// Reads a non-negative decimal with one of `units` behind it, rounded to an integer. Without a unit
// it is an integer, which goes through ParseInteger() because a double would lose its last digits.
absl::StatusOr<int64_t> ParseScaled(std::string_view text, std::span<const Unit> units,
                                    std::string_view expected) {
  size_t end = 0;
  // A minus sign is not part of the number, so negative sizes are refused below as an unknown unit.
  while (end < text.size() && (IsDigit(text[end]) || text[end] == '.' || text[end] == '_')) ++end;
  const std::string_view number = text.substr(0, end);
  std::string_view unit = text.substr(end);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  if (unit.empty()) {
    absl::StatusOr<int64_t> plain = ParseInteger(text);
    if (!plain.ok()) return Refuse(text, expected);
    return plain;
  }
  for (const Unit& candidate : units) {
    if (candidate.name != unit) continue;
    const absl::StatusOr<double> value = ParseNumber(number);
    if (!value.ok()) return Refuse(text, expected);
    // A double holds 15 digits, and people write fewer in front of a unit.
    const double scaled = std::round(*value * candidate.factor);
    if (scaled > 9e18) return Refuse(text, expected);  // 2^63 is 9.22e18.
    return static_cast<int64_t>(scaled);
  }
  return Refuse(text, expected);
}

}  // namespace

absl::StatusOr<int64_t> ParseInteger(std::string_view text) {
  constexpr std::string_view kExpected = "a decimal integer such as 1000";
  const bool negative = !text.empty() && text.front() == '-';
  ASSIGN_OR_RETURN(const std::string digits, Digits(text.substr(negative ? 1 : 0), kExpected));
  int64_t value = 0;
  if (!absl::SimpleAtoi(absl::StrCat(negative ? "-" : "", digits), &value)) {
    return absl::InvalidArgumentError(absl::StrCat("'", ToAbsl(text), "' does not fit 64 bits"));
  }
  return value;
}

absl::StatusOr<uint64_t> ParseUnsigned(std::string_view text) {
  ASSIGN_OR_RETURN(const std::string digits, Digits(text, "a non-negative integer such as 42"));
  uint64_t value = 0;
  if (!absl::SimpleAtoi(digits, &value)) {
    return absl::InvalidArgumentError(absl::StrCat("'", ToAbsl(text), "' does not fit 64 bits"));
  }
  return value;
}

absl::StatusOr<int64_t> ParseCount(std::string_view text) {
  static constexpr Unit kUnits[] = {{"k", 1e3}, {"M", 1e6}, {"G", 1e9}};
  return ParseScaled(text, kUnits, "a count such as 12000, 50k or 1M");
}

absl::StatusOr<int64_t> ParseBytes(std::string_view text) {
  static constexpr Unit kUnits[] = {
      {"kB", 1e3},     {"MB", 1e6},        {"GB", 1e9},           {"TB", 1e12},
      {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}};
  return ParseScaled(text, kUnits, "a size such as 65536, 512 MiB or 20 GB");
}

absl::StatusOr<double> ParseNumber(std::string_view text) {
  constexpr std::string_view kExpected = "a number such as 0.75";
  // SimpleAtod alone would also take nan, inf, hexadecimal and 1e9.
  const std::string_view digits = !text.empty() && text.front() == '-' ? text.substr(1) : text;
  const bool shaped = !digits.empty() && IsDigit(digits.front()) && IsDigit(digits.back()) &&
                      digits.find_first_not_of("0123456789.") == std::string_view::npos;
  const bool leading_zero = digits.size() > 1 && digits[0] == '0' && digits[1] != '.';
  double value = 0;
  if (!shaped || leading_zero || !absl::SimpleAtod(ToAbsl(text), &value)) {
    return Refuse(text, kExpected);
  }
  return value;
}

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  absl::Duration value;
  // absl's parser takes "inf" as well, and tolerates a sign.
  const bool has_unit = text == "0" || (!text.empty() && !IsDigit(text.back()));
  if (!has_unit || !absl::ParseDuration(ToAbsl(text), &value) || value < absl::ZeroDuration() ||
      value == absl::InfiniteDuration()) {
    return Refuse(text, "a duration such as 250ms, 60s or 10m");
  }
  return value;
}

absl::StatusOr<bool> ParseBoolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return Refuse(text, "true or false");
}

}  // namespace motzkin::yaml
