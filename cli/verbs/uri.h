// postgresql:// URIs, taken apart as far as the CLI needs.
#pragma once

#include <string>

namespace motzkin::cli {

struct UriParts {
  std::string uri;       // without the password
  std::string password;  // decoded; empty if there was none
};

// What is no URI with a password comes back as it is. Thread-safe.
UriParts SplitPassword(const std::string& uri);

}  // namespace motzkin::cli
