// Debian 12 builds absl with a string_view of its own that does not convert to or from std's. These
// convert there and do nothing where the two are one type.
#pragma once

#include <absl/strings/string_view.h>

#include <string_view>

namespace motzkin {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace motzkin
