#include "common/process/durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/errno_status.h"
#include "common/base/status_macros.h"
#include "common/process/descriptors.h"
#include "common/process/unique_fd.h"

namespace motzkin {
namespace {

// Everything is on disk when this returns OK.
absl::Status WriteNew(const std::filesystem::path& path, std::string_view content, mode_t mode) {
  // A draft that a crash left may have another owner or mode, and a link may lead elsewhere.
  unlink(path.c_str());
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.valid()) return ErrnoAt("cannot create", path);
  // The umask may have taken bits of the mode away.
  if (!WriteAll(file.get(), content).ok() || fchmod(file.get(), mode) != 0 ||
      fsync(file.get()) != 0) {
    return ErrnoAt("cannot write", path);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SyncDirectory(const std::filesystem::path& directory) {
  // A file that was named without a directory lies in the working directory.
  const std::filesystem::path named = directory.empty() ? "." : directory;
  const UniqueFd fd(open(named.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems have no such call for directories, and say so with EINVAL.
  if (fd.valid() && (fsync(fd.get()) == 0 || errno == EINVAL)) return absl::OkStatus();
  return ErrnoAt("cannot sync", named);
}

absl::Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                                 mode_t mode) {
  const std::filesystem::path draft = path.string() + ".new";
  // The content must be on disk before the name is: after a power cut the name could otherwise
  // stand for an empty file.
  absl::Status replaced = WriteNew(draft, content, mode);
  if (replaced.ok() && rename(draft.c_str(), path.c_str()) != 0) {
    replaced = ErrnoAt("cannot replace", path);
  }
  if (!replaced.ok()) {
    unlink(draft.c_str());
    return replaced;
  }
  // Until the directory is synced, the name may still stand for the old content.
  return SyncDirectory(path.parent_path());
}

}  // namespace motzkin
