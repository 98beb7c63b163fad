// Names of workers, operators and jobs as messages carry them. They go into events, views, files and
// certificates, so no character in them needs quoting. Thread-safe.
#pragma once

#include <absl/strings/ascii.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace motzkin {

inline bool IsInNames(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

inline bool IsName(std::string_view text, size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         std::all_of(text.begin(), text.end(), IsInNames);
}

}  // namespace motzkin
