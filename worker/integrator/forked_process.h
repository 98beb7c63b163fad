// A copy of this process that runs one function: the way from the clean supervisor to a verifier or
// to an engine's zygote. The copy keeps only the descriptors listed, has /dev/null as its standard
// streams, and dies with its parent.
//
// The destructor SIGKILLs and reaps it. Only for single-threaded processes. Move-only.
#pragma once

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <functional>
#include <vector>

#include "common/process/unique_fd.h"

namespace motzkin::integrator {

class ForkedProcess {
 public:
  // `body` runs in the copy, which exits with code 0 when it returns.
  static absl::StatusOr<ForkedProcess> Fork(std::vector<int> kept_descriptors,
                                            const std::function<void()>& body);
  ForkedProcess(ForkedProcess&& other) noexcept { *this = std::move(other); }
  ForkedProcess& operator=(ForkedProcess&& other) noexcept;
  ~ForkedProcess();

  pid_t pid() const { return pid_; }
  // SIGKILLs and reaps it if it still runs; how it ended, as of waitpid(). Once only.
  int Kill();

 private:
  ForkedProcess() = default;

  pid_t pid_ = -1;
};

struct PipeEnds {
  UniqueFd read;
  UniqueFd write;
};
// Both ends close on exec.
absl::StatusOr<PipeEnds> OpenPipe();
// Makes calls on this open file return EAGAIN rather than wait.
absl::Status MakeNonBlocking(int fd);

}  // namespace motzkin::integrator
