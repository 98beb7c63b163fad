#include "common/base/program_start.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace motzkin {

void PrepareProgram() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // The lowest free number, which is this one. Without /dev/null nothing better can be done.
    (void)!open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
  signal(SIGXFSZ, SIG_IGN);
}

}  // namespace motzkin
