// How strongly this machine can lock an integrator in. Probed once at start, reported to the
// coordinator, shown in worker_status. docs/sandbox.md says what each level covers.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace motzkin::sandbox {

enum class Level {
  kNone,   // No system call filter: an integrator refuses to start.
  kBasic,  // Limits, no new privileges, system call filter, Landlock where the kernel has it.
  kFull,   // kBasic inside bubblewrap: own pid, mount, network, ipc, uts and user namespaces.
};

// "none", "basic", "full"
std::string_view LevelName(Level level);
// INVALID_ARGUMENT for any other name.
absl::StatusOr<Level> ParseLevel(std::string_view name);

struct Probe {
  Level level = Level::kNone;
  bool seccomp = false;
  // Version of the kernel's Landlock; 0: none.
  int landlock_abi = 0;
  // Why the level is not full; empty when it is.
  std::string reason;

  // One line for a log: "full (bubblewrap, seccomp, landlock 7)"
  std::string ToString() const;
};

// Tries the layers out, bubblewrap by running `command` (an absolute path and arguments, exit code
// 0 expected within 10 s) inside it. Spawns: call it where ChildProcess may be used. About 10 ms.
Probe ProbeSandbox(const std::vector<std::string>& command);

}  // namespace motzkin::sandbox
