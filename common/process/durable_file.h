// Files and names that survive a power cut. Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace motzkin {

// Returns once the names in the directory are on disk: files that were made, removed or renamed in
// it. Their contents are synced by those who wrote them. The status of errno; the message names the
// directory.
absl::Status SyncDirectory(const std::filesystem::path& directory);

// Replaces the content of a file and gives it the mode, by default for its owner alone. A power cut
// meanwhile leaves either the old content or the new one; once this has returned OK, the new one.
// A failure leaves the old content and no draft. The status of errno; the message names the file.
// One thread at a time may write a file.
absl::Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                                 mode_t mode = 0600);

}  // namespace motzkin
