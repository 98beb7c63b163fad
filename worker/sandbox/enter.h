// What the integrator does to itself before anything else, with or without bubblewrap around it.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace motzkin::sandbox {

// Gives up root, core files, new privileges, sockets and the rest of IntegratorFilter(), and, where
// the kernel has Landlock, every file but the system's programs and libraries and `readable`. For
// good, and for all that is started from here. Single-threaded processes only.
absl::Status EnterSandbox(const std::vector<std::string>& readable);

}  // namespace motzkin::sandbox
