// A file that is written once, front to back, and knows its SHA-256 when it is closed.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace motzkin::dataset {

// What SHA256SUMS and the card say of a file.
struct FileDigest {
  std::string sha256;  // hexadecimal
  int64_t bytes = 0;
};

// Errors of all: the status of errno, naming the file (RESOURCE_EXHAUSTED: the disk is full).
// Move-only. Thread-compatible.
class ChecksummedFile {
 public:
  // The file must not exist.
  static absl::StatusOr<ChecksummedFile> Create(const std::filesystem::path& path);
  ChecksummedFile(ChecksummedFile&&) noexcept;
  ChecksummedFile& operator=(ChecksummedFile&&) noexcept;
  ~ChecksummedFile();

  absl::Status Append(std::string_view text);
  // On disk (fsync) when it returns OK; call it once, nothing after it.
  absl::StatusOr<FileDigest> Close();

 private:
  struct Impl;
  explicit ChecksummedFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A whole file at once.
absl::StatusOr<FileDigest> WriteFile(const std::filesystem::path& path, std::string_view text);

// SHA-256 of a file that is there, in hexadecimal.
absl::StatusOr<FileDigest> DigestOf(const std::filesystem::path& path);

}  // namespace motzkin::dataset
