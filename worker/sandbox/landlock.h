// Landlock is the kernel's own access control for unprivileged processes: over files (Linux 5.13 and
// newer) and over signals (6.12 and newer).
//
// Thread-safe, but a restriction holds only for the calling thread and for processes and threads
// that it starts later.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace motzkin::sandbox {

// Returns the version of the kernel's Landlock; 0 if there is none or it is switched off.
int LandlockAbi();

// The first version that can keep signals in.
inline constexpr int kLandlockSignalsAbi = 6;

// Restricts this thread and its children for good: they can open files only below `readable`, for
// reading and executing, and /dev/null. They cannot write, create or delete any other file, nor
// trace processes outside, nor, from version 6 on, signal them. Open descriptors stay usable. Paths that do not exist are left out. Sets
// no_new_privs, which Landlock demands of every process but root's.
// UNAVAILABLE: this kernel has no Landlock.
absl::Status EnterLandlock(const std::vector<std::string>& readable);

}  // namespace motzkin::sandbox
