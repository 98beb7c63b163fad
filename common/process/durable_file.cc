#include "common/process/durable_file.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/status_macros.h"
#include "common/process/descriptors.h"
#include "common/process/unique_fd.h"

namespace motzkin {
namespace {

absl::Status Failed(const char* what, const std::filesystem::path& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat(what, " ", path.string()));
}

// Everything is on disk when this returns OK.
absl::Status WriteNew(const std::filesystem::path& path, std::string_view content) {
  const UniqueFd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.valid()) return Failed("cannot create", path);
  if (!WriteAll(file.get(), content).ok() || fsync(file.get()) != 0) {
    return Failed("cannot write", path);
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
  return Failed("cannot sync", named);
}

absl::Status WriteFileAtomically(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path draft = path.string() + ".new";
  // The content must be on disk before the name is: after a power cut the name could otherwise
  // stand for an empty file.
  RETURN_IF_ERROR(WriteNew(draft, content));
  if (rename(draft.c_str(), path.c_str()) != 0) return Failed("cannot replace", path);
  // Until the directory is synced, the name may still stand for the old content.
  return SyncDirectory(path.parent_path());
}

}  // namespace motzkin
