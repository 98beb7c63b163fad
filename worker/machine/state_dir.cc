#include "worker/machine/state_dir.h"

#include <absl/status/status.h>
#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "common/base/errno_status.h"
#include "common/base/status_macros.h"
#include "common/base/uuid.h"
#include "common/process/durable_file.h"

namespace motzkin::worker {
namespace {

constexpr char kUuidFile[] = "worker-uuid";

// Returns the content of the file without surrounding space; empty if it cannot be read.
std::string ReadTrimmed(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string content((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
  return std::string(absl::StripAsciiWhitespace(content));
}

absl::StatusOr<UniqueFd> Lock(const std::filesystem::path& path) {
  UniqueFd lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0) return ErrnoAt("cannot open", path);
  // The kernel drops the lock when this process ends, however it ends, so a stale file keeps no
  // worker out. O_CLOEXEC keeps children from holding the lock after our death.
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoAt("cannot lock", path);
    return absl::AlreadyExistsError(
        fmt::format("state directory {}: another worker (pid {}) runs on it; give this one "
                    "another --state-dir, or stop that one",
                    path.parent_path().string(), ReadTrimmed(path)));
  }
  const std::string pid = absl::StrCat(getpid(), "\n");
  // The pid is only for the message above; the lock itself is the kernel's.
  if (ftruncate(lock.get(), 0) != 0 ||
      pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return ErrnoAt("cannot write", path);
  }
  return lock;
}

absl::StatusOr<std::string> WorkerUuid(const std::filesystem::path& directory) {
  std::string uuid = ReadWorkerUuid(directory);
  if (!uuid.empty()) return uuid;
  // The file is new or damaged. A worker with a new identity loses nothing but its name in the
  // coordinator's list, while a damaged one would be refused at every connection.
  uuid = NewUuid();
  RETURN_IF_ERROR(WriteFileAtomically(directory / kUuidFile, uuid + "\n"));
  return uuid;
}

absl::StatusOr<uint64_t> NextInstance(const std::filesystem::path& path, const Clock& clock) {
  uint64_t counter = 0;
  if (!absl::SimpleAtoi(ReadTrimmed(path), &counter)) counter = 0;
  ++counter;
  // It has to be on disk: after a power cut that took it back, this worker would look older than its
  // own last connection, and the coordinator would turn it away.
  RETURN_IF_ERROR(WriteFileAtomically(path, absl::StrCat(counter, "\n")));
  // The counter decides which instance is newer. Two copies of one directory count alike; the boot
  // time then makes one of them the newer, and the other ends.
  const auto boot = static_cast<uint64_t>(absl::ToInt64Seconds(clock.Now() - BootTime()));
  return (counter << 32) | (boot & 0xffff'ffffu);
}

}  // namespace

std::string ReadWorkerUuid(const std::filesystem::path& directory) {
  std::string uuid = ReadTrimmed(directory / kUuidFile);
  return IsUuid(uuid) ? uuid : "";
}

std::filesystem::path DefaultStateDirectory() {
  if (const char* systemd = std::getenv("STATE_DIRECTORY"); systemd != nullptr && *systemd == '/') {
    return systemd;
  }
  if (geteuid() == 0) return "/var/lib/motzkin-worker";
  // A relative path is to be ignored, says the XDG specification.
  if (const char* xdg = std::getenv("XDG_STATE_HOME"); xdg != nullptr && *xdg == '/') {
    return std::filesystem::path(xdg) / "motzkin" / "worker";
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return std::filesystem::path(home) / ".local/state/motzkin/worker";
}

absl::StatusOr<StateDirectory> StateDirectory::Open(const std::filesystem::path& path,
                                                    const Clock& clock) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("state directory {}: {}", path.string(), error.message()));
  }
  StateDirectory state;
  state.path_ = path;
  // Locked first: another worker on this directory must not see its counter move.
  ASSIGN_OR_RETURN(state.lock_, Lock(path / "lock"));
  ASSIGN_OR_RETURN(state.worker_uuid_, WorkerUuid(path));
  ASSIGN_OR_RETURN(state.instance_, NextInstance(path / "instance", clock));
  return state;
}

}  // namespace motzkin::worker
