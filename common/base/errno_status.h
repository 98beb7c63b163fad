// Turns a failed system call on a file into a status. Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <cerrno>
#include <filesystem>
#include <string_view>

#include "common/base/string_view.h"

namespace motzkin {

// Returns the status of errno with the message "WHAT PATH: REASON", such as "cannot write /x: No
// space left on device". Call it before anything else can set errno.
inline absl::Status ErrnoAt(std::string_view what, const std::filesystem::path& path) {
  const int error = errno;  // Making the message may set errno.
  return absl::ErrnoToStatus(error, absl::StrCat(ToAbsl(what), " ", path.string()));
}

}  // namespace motzkin
