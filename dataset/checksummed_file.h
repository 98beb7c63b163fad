// A file that is written once, from front to back, and knows its SHA-256 when it is closed.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/sha256.h"
#include "common/process/unique_fd.h"

namespace motzkin::dataset {

// The facts about a file that SHA256SUMS and the card give.
struct FileDigest {
  std::string sha256;  // hexadecimal
  int64_t bytes = 0;
};

// All errors are the status of errno, with the name of the file (RESOURCE_EXHAUSTED: the disk is
// full). Move-only. Thread-compatible.
class ChecksummedFile {
 public:
  // The file must not exist.
  static absl::StatusOr<ChecksummedFile> Create(const std::filesystem::path& path);

  // Keeps up to 1 MB in memory before it writes.
  absl::Status Append(std::string_view text);
  // The file is on disk (fsync) when this returns OK. Call it once, and nothing after it.
  absl::StatusOr<FileDigest> Close();

 private:
  ChecksummedFile() = default;
  absl::Status Named(const absl::Status& status) const;
  absl::Status Flush();

  std::filesystem::path path_;
  UniqueFd fd_;
  Sha256Hasher sha256_;
  std::string buffer_;
  int64_t bytes_ = 0;
};

// Writes a whole file at once.
absl::StatusOr<FileDigest> WriteFile(const std::filesystem::path& path, std::string_view text);

// Returns the digest of an existing file.
absl::StatusOr<FileDigest> DigestOf(const std::filesystem::path& path);

}  // namespace motzkin::dataset
