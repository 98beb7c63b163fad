#include "common/identity/private_file.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "common/process/unique_fd.h"

namespace motzkin::identity {
namespace {

constexpr size_t kBytesMax = 64 << 10;

absl::Status Errno(const char* what, const std::filesystem::path& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat(what, " ", path.string()));
}

}  // namespace

absl::Status WriteSecretFile(const std::filesystem::path& path, std::string_view content,
                             mode_t mode) {
  const std::filesystem::path folder = path.parent_path();
  std::error_code error;
  // A coordinator on a Postgres of its owner's has no data directory before this.
  std::filesystem::create_directories(folder.parent_path(), error);
  if (!std::filesystem::exists(folder, error) && mkdir(folder.c_str(), 0700) != 0 &&
      errno != EEXIST) {
    return Errno("cannot make", folder);
  }
  const std::string temporary = path.string() + ".new";
  // A draft that a crash left may have another owner or mode.
  unlink(temporary.c_str());
  {
    const UniqueFd file(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file.get() < 0) return Errno("cannot create", temporary);
    // The umask took bits away. The content must be on disk before the name is: after a crash the
    // new name could otherwise stand for an empty file.
    if (fchmod(file.get(), mode) != 0 ||
        write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()) ||
        fsync(file.get()) != 0) {
      return Errno("cannot write", temporary);
    }
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) return Errno("cannot replace", path);
  return absl::OkStatus();
}

absl::Status WritePrivateFile(const std::filesystem::path& path, std::string_view content) {
  return WriteSecretFile(path, content, 0600);
}

absl::StatusOr<std::string> ReadSecretFile(const std::filesystem::path& path) {
  // O_NONBLOCK, as another user may have put a FIFO there.
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return Errno("cannot read", path);
  struct stat stat{};
  if (fstat(file.get(), &stat) != 0) return Errno("cannot read", path);
  if (!S_ISREG(stat.st_mode) || static_cast<size_t>(stat.st_size) > kBytesMax) {
    return absl::FailedPreconditionError(absl::StrCat(path.string(), " is no file with a secret"));
  }
  if ((stat.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("{} is a secret that every user may read or change: chmod 600 {}",
                    path.string(), path.string()));
  }
  std::string content(kBytesMax, '\0');
  const ssize_t got = read(file.get(), content.data(), content.size());
  if (got < 0) return Errno("cannot read", path);
  content.resize(static_cast<size_t>(got));
  return content;
}

}  // namespace motzkin::identity
