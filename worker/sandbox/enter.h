// The integrator locks itself in with this before it does anything else, whether or not bubblewrap
// is around it.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace motzkin::sandbox {

// Gives up root, core files, new privileges, sockets and all else that IntegratorFilter() refuses.
// Where the kernel has Landlock it also gives up every file but the system's programs and libraries
// and `readable`, and, if Landlock is new enough, signals to processes outside. This cannot be
// undone and holds for everything that is started from here on. For single-threaded processes only:
// limits and filters set here would not reach other threads.
absl::Status EnterSandbox(const std::vector<std::string>& readable);

}  // namespace motzkin::sandbox
