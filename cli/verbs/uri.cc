#include "cli/verbs/uri.h"

#include <cctype>
#include <cstdlib>

namespace motzkin::cli {
namespace {

std::string PercentDecoded(const std::string& text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    if (!escape) {
      decoded.push_back(text[i]);
      continue;
    }
    decoded.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
    i += 2;
  }
  return decoded;
}

}  // namespace

UriParts SplitPassword(const std::string& uri) {
  const size_t scheme = uri.find("://");
  if (scheme == std::string::npos) return {uri, ""};
  const size_t begin = scheme + 3;
  const std::string authority = uri.substr(begin, uri.find_first_of("/?", begin) - begin);
  const size_t at = authority.rfind('@');
  const size_t colon = authority.find(':');
  if (at == std::string::npos || colon == std::string::npos || colon > at) return {uri, ""};
  return {uri.substr(0, begin + colon) + uri.substr(begin + at),
          PercentDecoded(authority.substr(colon + 1, at - colon - 1))};
}

}  // namespace motzkin::cli
