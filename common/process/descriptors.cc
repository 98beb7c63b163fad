#include "common/process/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <optional>

namespace motzkin {
namespace {

// The limits from before RaiseDescriptorLimit(), if it was called.
std::optional<rlimit> limits_before;

}  // namespace

uint64_t DescriptorLimit() {
  rlimit limits = {};
  return getrlimit(RLIMIT_NOFILE, &limits) == 0 ? limits.rlim_cur : 0;
}

void RaiseDescriptorLimit() {
  rlimit limits = {};
  if (getrlimit(RLIMIT_NOFILE, &limits) != 0) return;
  const rlimit before = limits;
  limits.rlim_cur = limits.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limits) == 0) limits_before = before;
}

int RestoreDescriptorLimit() {
  if (!limits_before.has_value()) return 0;
  return setrlimit(RLIMIT_NOFILE, &*limits_before) == 0 ? 0 : errno;
}

absl::StatusOr<PipeEnds> OpenPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  return PipeEnds{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

absl::Status MakeNonBlocking(int fd) {
  // The flag belongs to the open file and not to the descriptor, so all processes that share the
  // file see it. The two ends of a pipe are two open files: the peer's end keeps blocking.
  const int flags = fcntl(fd, F_GETFL);
  // Not even asked for again, because the filter of a leaf refuses to change flags.
  const bool done = flags >= 0 && (flags & O_NONBLOCK) != 0;
  if (!done && (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)) {
    return absl::ErrnoToStatus(errno, "fcntl");
  }
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    // A write may stop early, for instance at a full disk; the next one then gives the error.
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

}  // namespace motzkin
