#include "coordinator/web/url_query.h"

#include <absl/strings/ascii.h>

#include <algorithm>

#include "common/base/status_macros.h"

namespace motzkin::coordinator::web {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

absl::StatusOr<std::string> Decode(std::string_view text) {
  std::string decoded;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    const int high = at + 2 < text.size() ? HexDigit(text[at + 1]) : -1;
    const int low = high >= 0 ? HexDigit(text[at + 2]) : -1;
    if (low < 0) return absl::InvalidArgumentError("a '%' without two hexadecimal digits");
    decoded += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return decoded;
}

}  // namespace

absl::StatusOr<QueryPairs> ParseQuery(std::string_view query) {
  QueryPairs pairs;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) return absl::InvalidArgumentError("a name without '='");
    ASSIGN_OR_RETURN(std::string name, Decode(part.substr(0, equals)));
    ASSIGN_OR_RETURN(std::string value, Decode(part.substr(equals + 1)));
    pairs.emplace_back(std::move(name), std::move(value));
  }
  return pairs;
}

}  // namespace motzkin::coordinator::web
