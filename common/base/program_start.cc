#include "common/base/program_start.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

namespace motzkin {

void PrepareProgram() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // open() takes the lowest free number, which is this one. Standard output is opened read-only
    // on purpose: writing results into it then fails instead of losing them. An error is ignored,
    // as nothing better can be done without /dev/null.
    (void)!open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
  // umask() tells the old mask only by setting another. No thread is there yet that could make a
  // file in between.
  umask(umask(0) | 022);
  signal(SIGXFSZ, SIG_IGN);  // Now write() returns EFBIG.
}

void PrepareGrpc() {
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  setenv("GRPC_DNS_RESOLVER", "native", /*overwrite=*/0);
  // gRPC 1.51 has no setting for the version of TLS. The list is of ciphers of TLS 1.2, and its only
  // entry needs an RSA key, which no member of a cluster has: a handshake below TLS 1.3 fails.
  setenv("GRPC_SSL_CIPHER_SUITES", "AES256-GCM-SHA384", /*overwrite=*/1);
}

std::filesystem::path OwnDirectory() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  // After an upgrade the link reads "NAME (deleted)". The directory is right even then.
  return error ? "/usr/bin" : self.parent_path();
}

}  // namespace motzkin
