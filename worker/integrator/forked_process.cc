#include "worker/integrator/forked_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/process/unique_fd.h"

namespace motzkin::integrator {
namespace {

// Closes the gaps between the kept descriptors, above the standard streams.
void CloseAllBut(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned next = 3;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (number > next) syscall(SYS_close_range, next, number - 1, 0u);
    next = number + 1;
  }
  syscall(SYS_close_range, next, ~0u, 0u);
}

// Descriptors 0 to 2 stay open, so that no file which is opened later becomes a standard stream.
void SilenceStandardStreams() {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < 3; ++fd) {
    if (null < 0) {
      close(fd);
    } else {
      dup2(null, fd);
    }
  }
  if (null > 2) close(null);
}

}  // namespace

void KillChild(pid_t child) {
  const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child, 0u)));
  syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0u);
}

absl::StatusOr<ForkedProcess> ForkedProcess::Fork(std::vector<int> kept_descriptors,
                                                  const std::function<void()>& body) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return absl::ErrnoToStatus(errno, "fork");
  if (pid == 0) {
    // A parent that died before this call sends no signal any more, hence the second check.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    SilenceStandardStreams();
    CloseAllBut(std::move(kept_descriptors));
    body();
    // exit() would run the exit handlers of the supervisor in the copy and flush its buffers a
    // second time.
    _exit(0);
  }
  ForkedProcess process;
  process.pid_ = pid;
  return process;
}

ForkedProcess& ForkedProcess::operator=(ForkedProcess&& other) noexcept {
  std::swap(pid_, other.pid_);  // The old process goes to the destructor of `other`.
  return *this;
}

ForkedProcess::~ForkedProcess() { Kill(); }

int ForkedProcess::Kill() {
  int status = 0;
  if (pid_ <= 0) return status;
  // Only this object reaps the process, so its number cannot belong to another one yet.
  KillChild(pid_);
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

}  // namespace motzkin::integrator
