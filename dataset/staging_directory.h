// A directory that gets its name only when it is complete. Everything is written beside it, in
// NAME.incomplete-XXXXXX, which is renamed at the end.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <filesystem>
#include <string>

namespace motzkin::dataset {

// The destructor removes a directory that was not committed. Move-only. Thread-compatible.
class StagingDirectory {
 public:
  //   ALREADY_EXISTS  `target` exists and is not an empty directory
  //   NOT_FOUND       the parent of `target` does not exist
  //   any other       the status of errno
  static absl::StatusOr<StagingDirectory> Create(const std::filesystem::path& target);
  StagingDirectory(StagingDirectory&& other) noexcept;
  StagingDirectory& operator=(StagingDirectory&&) = delete;
  ~StagingDirectory();

  // The directory to write into, until Commit().
  const std::filesystem::path& path() const { return path_; }

  // Gives the directory its name. ALREADY_EXISTS: the name was taken meanwhile.
  absl::Status Commit();

 private:
  StagingDirectory(std::filesystem::path target, std::filesystem::path path);

  std::filesystem::path target_;
  std::filesystem::path path_;  // empty once it is committed or moved from
};

// Makes a folder in a directory. INTERNAL: it cannot be made; the message names it.
absl::Status MakeFolder(const std::filesystem::path& directory, const std::string& name);

}  // namespace motzkin::dataset
