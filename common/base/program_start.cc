#include "common/base/program_start.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <system_error>

namespace motzkin {

void PrepareProgram() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // The lowest free number, which is this one. Without /dev/null nothing better can be done.
    (void)!open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
  signal(SIGXFSZ, SIG_IGN);
}

std::filesystem::path OwnDirectory() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/usr/bin" : self.parent_path();
}

}  // namespace motzkin
