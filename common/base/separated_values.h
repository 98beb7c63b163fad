// Records of CSV (RFC 4180) and TSV.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace motzkin {

// Whether a quoted field is open at the end of a text that begins outside of one; a text that begins
// inside of one ends outside then.
bool EndsInQuotes(std::string_view text);

// Splits a record into its fields, without the spaces around them and the quotes of quoted ones. Two
// quotes within a quoted field are one. INVALID_ARGUMENT: a quoted field never ends, or text follows it.
absl::StatusOr<std::vector<std::string>> SplitRecord(std::string_view record, char separator);

}  // namespace motzkin
