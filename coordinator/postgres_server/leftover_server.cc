#include "coordinator/postgres_server/leftover_server.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/base/deadline.h"
#include "common/process/unique_fd.h"

namespace motzkin::coordinator {
namespace {

namespace fs = std::filesystem;

bool EndsWithin(int pidfd, absl::Duration patience) {
  const Deadline deadline = Deadline::After(patience);
  // A signal may end a poll early, and a poll lasts for an hour at most: ask the deadline.
  pollfd wait{.fd = pidfd, .events = POLLIN, .revents = 0};
  while (poll(&wait, 1, deadline.PollMillis()) <= 0) {
    if (deadline.Passed()) return false;
  }
  return true;
}

}  // namespace

pid_t RunningServer(const std::string& data_directory) {
  std::ifstream file(data_directory + "/postmaster.pid");
  pid_t pid = 0;
  // `postgres --single` writes its number negated: that is no server.
  if (!(file >> pid) || pid <= 1) return 0;
  std::error_code error;
  const fs::path works_in = fs::read_symlink(fmt::format("/proc/{}/cwd", pid), error);
  if (error) return 0;
  // equivalent() compares inodes: a directory may be reached by several paths.
  const bool same = fs::equivalent(works_in, data_directory, error);
  return same && !error ? pid : 0;
}

absl::Status StopLeftoverServer(const std::string& data_directory, absl::Duration patience) {
  const pid_t pid = RunningServer(data_directory);
  if (pid == 0) return absl::OkStatus();
  // The descriptor stays with this process, whereas the number may be another's by the time of the
  // signal. Looking again after it is open proves that it is the server's.
  const UniqueFd server(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!server.valid() || RunningServer(data_directory) != pid) return absl::OkStatus();
  // To Postgres, SIGINT means a fast shutdown and SIGQUIT an immediate one.
  for (const int signal : {SIGINT, SIGQUIT}) {
    syscall(SYS_pidfd_send_signal, server.get(), signal, nullptr, 0);
    if (EndsWithin(server.get(), patience)) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(fmt::format(
      "a Postgres server (process {}) runs on {} and does not stop", pid, data_directory));
}

}  // namespace motzkin::coordinator
