// Files with secrets, which only their owner may read.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace motzkin::identity {

// Creates or replaces a file as WriteFileAtomically() does; the invite for a group has another mode
// than the usual one. Makes the file's folder with mode 0700 if that is missing, and the folders
// above it with the usual mode.
absl::Status WriteSecretFile(const std::filesystem::path& path, std::string_view content,
                             mode_t mode = 0600);

// NOT_FOUND: there is no file. PERMISSION_DENIED: this user may not read it. FAILED_PRECONDITION:
// it is not a regular file, it is longer than 64 KiB, or others than its owner and group may read
// it; the message names it.
absl::StatusOr<std::string> ReadSecretFile(const std::filesystem::path& path);

}  // namespace motzkin::identity
