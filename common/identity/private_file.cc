#include "common/identity/private_file.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/base/errno_status.h"
#include "common/base/status_macros.h"
#include "common/process/durable_file.h"
#include "common/process/unique_fd.h"

namespace motzkin::identity {
namespace {

constexpr size_t kBytesMax = 64 << 10;

}  // namespace

absl::Status WriteSecretFile(const std::filesystem::path& path, std::string_view content,
                             mode_t mode) {
  const std::filesystem::path folder = path.parent_path();
  const std::filesystem::path above = folder.parent_path();
  std::error_code error;
  // A coordinator on a Postgres of its owner's has no data directory before this.
  std::filesystem::create_directories(above, error);
  if (!std::filesystem::exists(folder, error)) {
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return ErrnoAt("cannot make", folder);
    // Until then a power cut could take the folder away together with the secret in it.
    RETURN_IF_ERROR(SyncDirectory(above));
  }
  return WriteFileAtomically(path, content, mode);
}

absl::StatusOr<std::string> ReadSecretFile(const std::filesystem::path& path) {
  // O_NONBLOCK, as another user may have put a FIFO there.
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return ErrnoAt("cannot read", path);
  struct stat stat{};
  if (fstat(file.get(), &stat) != 0) return ErrnoAt("cannot read", path);
  if (!S_ISREG(stat.st_mode) || static_cast<size_t>(stat.st_size) > kBytesMax) {
    return absl::FailedPreconditionError(
        absl::StrCat(path.string(), " is not a file with a secret"));
  }
  if ((stat.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("{} is a secret that every user may read or change: chmod 600 {}",
                    path.string(), path.string()));
  }
  std::string content(kBytesMax, '\0');
  const ssize_t got = read(file.get(), content.data(), content.size());
  if (got < 0) return ErrnoAt("cannot read", path);
  content.resize(static_cast<size_t>(got));
  return content;
}

}  // namespace motzkin::identity
