// A file that is written once, from front to back, and knows its SHA-256 when it is closed.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

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
  ChecksummedFile(ChecksummedFile&&) noexcept;
  ChecksummedFile& operator=(ChecksummedFile&&) noexcept;
  ~ChecksummedFile();

  // Keeps up to 1 MB in memory before it writes.
  absl::Status Append(std::string_view text);
  // The file is on disk (fsync) when this returns OK. Call it once, and nothing after it.
  absl::StatusOr<FileDigest> Close();

 private:
  struct Impl;
  explicit ChecksummedFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Writes a whole file at once.
absl::StatusOr<FileDigest> WriteFile(const std::filesystem::path& path, std::string_view text);

// Returns the digest of an existing file.
absl::StatusOr<FileDigest> DigestOf(const std::filesystem::path& path);

}  // namespace motzkin::dataset
