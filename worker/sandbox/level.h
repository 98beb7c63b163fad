// Finds out how strongly this machine can lock an integrator in. The level is probed once at start,
// reported to the coordinator and shown in worker_status. docs/sandbox.md says what each level
// covers.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace motzkin::sandbox {

enum class Level {
  kNone,   // no system call filter: integrators refuse to start
  kWeak,   // limits, no new privileges, system call filter: FriCAS and SymPy can read files
  kBasic,  // kWeak with Landlock, which hides the files of users
  kFull,   // kWeak inside bubblewrap: own pid, mount, network, ipc, uts and user namespaces
};

// The names of the levels, in the order of the enum.
inline const std::vector<std::pair<std::string_view, Level>> kLevels = {{"none", Level::kNone},
                                                                        {"weak", Level::kWeak},
                                                                        {"basic", Level::kBasic},
                                                                        {"full", Level::kFull}};

// Returns "none", "weak", "basic" or "full".
std::string_view LevelName(Level level);

struct Probe {
  Level level = Level::kNone;
  bool seccomp = false;
  // The version of the kernel's Landlock; 0 if there is none.
  int landlock_abi = 0;
  // The limits that the worker's cgroup adds to the level: DelegatedCgroup::limits().
  std::vector<std::string> cgroup_limits = {};
  // The reason why the level is not full; empty if it is.
  std::string reason = {};

  // Returns a line for the log, such as "full (bubblewrap, seccomp, landlock 7)".
  std::string ToString() const;
};

// Tries the layers out. Bubblewrap is tried by running `command` inside it, an absolute path and
// arguments, which must exit with code 0 within a minute. Call it from a long-lived thread, as it
// spawns a ChildProcess. Takes about 10 ms.
Probe ProbeSandbox(const std::vector<std::string>& command);

}  // namespace motzkin::sandbox
