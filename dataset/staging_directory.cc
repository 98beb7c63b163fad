#include "dataset/staging_directory.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/process/durable_file.h"

namespace motzkin::dataset {
namespace {

bool IsMountPoint(const std::filesystem::path& directory) {
  struct statx status;
  return ::statx(AT_FDCWD, directory.c_str(), 0, 0, &status) == 0 &&
         (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

absl::Status CheckFree(const std::filesystem::path& target) {
  std::error_code error;
  // This saves hours of writing in vain, and the rename at the end decides. A link that leads
  // nowhere is a name that is taken, so links are not followed here.
  if (!std::filesystem::exists(std::filesystem::symlink_status(target, error))) {
    if (std::filesystem::is_directory(target.parent_path(), error)) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat("no directory ", target.parent_path().string()));
  }
  if (std::filesystem::is_directory(target, error) && std::filesystem::is_empty(target, error) &&
      !error) {
    // The rename would fail on these two.
    if (std::filesystem::is_symlink(target, error)) {
      return absl::AlreadyExistsError(
          absl::StrCat(target.string(), " is a link: name the directory that it leads to"));
    }
    if (!IsMountPoint(target)) return absl::OkStatus();
    return absl::AlreadyExistsError(
        absl::StrCat(target.string(), " is a mount point: name a new directory in it"));
  }
  return absl::AlreadyExistsError(
      absl::StrCat(target.string(), " is there already: name another directory"));
}

}  // namespace

StagingDirectory::StagingDirectory(std::filesystem::path target, std::filesystem::path path)
    : target_(std::move(target)), path_(std::move(path)) {}

StagingDirectory::StagingDirectory(StagingDirectory&& other) noexcept
    : target_(std::move(other.target_)), path_(std::exchange(other.path_, {})) {}

StagingDirectory::~StagingDirectory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

absl::StatusOr<StagingDirectory> StagingDirectory::Create(const std::filesystem::path& target) {
  std::error_code error;
  std::filesystem::path whole = std::filesystem::absolute(target, error).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // for "out/", with a slash at the end
  RETURN_IF_ERROR(CheckFree(whole));
  // Beside the target, and so on the same file system, where a rename is atomic.
  std::string name = absl::StrCat(whole.string(), ".incomplete-XXXXXX");
  if (::mkdtemp(name.data()) == nullptr) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot create ", name));
  }
  // mkdtemp() makes it private, but a dataset is to be read by others.
  std::filesystem::permissions(name, std::filesystem::perms(0755), error);
  return StagingDirectory(whole, name);
}

absl::Status StagingDirectory::Commit() {
  // All names inside must be durable before the directory has its own. The files were synced when
  // they were closed.
  RETURN_IF_ERROR(SyncDirectory(path_));
  std::error_code error;
  // Without increment() an entry that cannot be read would be an exception.
  for (std::filesystem::recursive_directory_iterator at(path_, error), end; !error && at != end;
       at.increment(error)) {
    // Folders in any order: none is reachable by its final path before the rename below.
    if (at->is_directory(error)) RETURN_IF_ERROR(SyncDirectory(at->path()));
  }
  if (error)
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path_.string()));
  // rename() replaces an empty directory, but no other one.
  if (::rename(path_.c_str(), target_.c_str()) != 0) {
    return absl::ErrnoToStatus(errno == ENOTEMPTY ? EEXIST : errno,
                               absl::StrCat("cannot rename ", path_.string()));
  }
  path_.clear();
  return SyncDirectory(target_.parent_path());
}

absl::Status MakeFolder(const std::filesystem::path& directory, const std::string& name) {
  std::error_code error;
  std::filesystem::create_directory(directory / name, error);
  if (error) return absl::InternalError(absl::StrCat(name, ": ", error.message()));
  return absl::OkStatus();
}

}  // namespace motzkin::dataset
