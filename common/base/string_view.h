// Conversions between absl::string_view and std::string_view. Debian 12 builds absl with a type of
// its own that does not convert by itself; elsewhere the two are one type and these do nothing.
#pragma once

#include <absl/strings/string_view.h>

#include <string_view>

namespace motzkin {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view ToStd(absl::string_view text) { return {text.data(), text.size()}; }

}  // namespace motzkin
