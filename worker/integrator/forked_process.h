// A copy of this process that runs one function. In this way the clean supervisor makes a verifier
// or an engine's zygote. The copy keeps only the descriptors listed, has /dev/null as its standard
// streams, and dies with its parent.
//
// The destructor SIGKILLs and reaps it. For single-threaded processes only. Move-only.
#pragma once

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <functional>
#include <vector>

namespace motzkin::integrator {

// Sends SIGKILL to a child of ours that was not waited for yet, so that the number is still its own.
// It does so through a pidfd, because the integrator's filter refuses kill().
void KillChild(pid_t child);

class ForkedProcess {
 public:
  // Runs `body` in the copy, which exits with code 0 when it returns.
  static absl::StatusOr<ForkedProcess> Fork(std::vector<int> kept_descriptors,
                                            const std::function<void()>& body);
  ForkedProcess(ForkedProcess&& other) noexcept { *this = std::move(other); }
  ForkedProcess& operator=(ForkedProcess&& other) noexcept;
  ~ForkedProcess();

  pid_t pid() const { return pid_; }
  // SIGKILLs the process if it still runs, and reaps it. Returns how it ended, as waitpid() does.
  // Call it once.
  int Kill();

 private:
  ForkedProcess() = default;

  pid_t pid_ = -1;
};

}  // namespace motzkin::integrator
