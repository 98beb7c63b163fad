// Landlock: the kernel's own file access control for unprivileged processes (Linux 5.13 and newer).
//
// Thread-safe, but a restriction holds only for the calling thread and what it starts later.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace motzkin::sandbox {

// The kernel's Landlock version; 0: none, or switched off.
int LandlockAbi();

// From now on this thread and its children can open files only below `readable`, for reading and
// executing; paths that do not exist are left out. They cannot write, create or delete any file,
// nor trace processes outside. Descriptors that are open stay usable. Sets no_new_privs, which
// Landlock asks of everybody but root.
// UNAVAILABLE: this kernel has no Landlock.
absl::Status RestrictFiles(const std::vector<std::string>& readable);

}  // namespace motzkin::sandbox
