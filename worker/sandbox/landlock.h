// Landlock is the kernel's own file access control for unprivileged processes (Linux 5.13 and
// newer).
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

// Restricts this thread and its children for good: they can open files only below `readable`, for
// reading and executing, and /dev/null. They cannot write, create or delete any other file, nor
// trace processes outside. Open descriptors stay usable. Paths that do not exist are left out. Sets
// no_new_privs, which Landlock demands of every process but root's.
// UNAVAILABLE: this kernel has no Landlock.
absl::Status RestrictFiles(const std::vector<std::string>& readable);

}  // namespace motzkin::sandbox
