// Reads the part of a URL behind the question mark.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace motzkin::coordinator::web {

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

// Returns the names and values of "a=1&b=x%20y", decoded and in order. INVALID_ARGUMENT: a part has
// no '=', or a '%' that no two hexadecimal digits follow.
absl::StatusOr<QueryPairs> ParseQuery(std::string_view query);

}  // namespace motzkin::coordinator::web
