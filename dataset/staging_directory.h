// A directory that appears under its name only when it is complete: everything is written beside
// it, in NAME.incomplete-XXXXXX, and renamed at the end.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <filesystem>

namespace motzkin::dataset {

// The destructor removes what was not committed. Move-only. Thread-compatible.
class StagingDirectory {
 public:
  // `target` must not exist, or be an empty directory: ALREADY_EXISTS. Its parent must exist:
  // NOT_FOUND. Otherwise the status of errno.
  static absl::StatusOr<StagingDirectory> Create(const std::filesystem::path& target);
  StagingDirectory(StagingDirectory&& other) noexcept;
  StagingDirectory& operator=(StagingDirectory&&) = delete;
  ~StagingDirectory();

  const std::filesystem::path& path() const { return path_; }

  // Gives it its name. ALREADY_EXISTS: somebody else took that meanwhile.
  absl::Status Commit();

 private:
  StagingDirectory(std::filesystem::path target, std::filesystem::path path);

  std::filesystem::path target_;
  std::filesystem::path path_;  // Empty once committed or moved from.
};

}  // namespace motzkin::dataset
