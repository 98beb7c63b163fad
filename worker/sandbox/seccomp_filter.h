// System call filters. A program is compiled once and installed many times; installing costs one
// system call, so every engine run gets its own filter.
//
// A refused call fails with EPERM; the caller is not killed for it.
#pragma once

#include <absl/status/statusor.h>
#include <linux/filter.h>

#include <vector>

namespace motzkin::sandbox {

// The filter as instructions for the kernel. Immutable once compiled.
using FilterProgram = std::vector<sock_filter>;

// The filter of an integrator and all it starts. It refuses sockets, tracing, namespaces, mounts,
// new sessions and process groups (so that a kill of the group reaches everything), signals to and
// limits of processes that are named by a number, SysV objects and message queues, and interfaces
// of the kernel that an integrator has no use for. It allows signals through a pidfd, with which
// the supervisor kills.
absl::StatusOr<FilterProgram> IntegratorFilter();

// The filter of an engine's zygote and all it starts, on top of the one above. It refuses pidfds,
// and so signals of every kind.
absl::StatusOr<FilterProgram> ZygoteFilter();

enum class LeafFiles {
  kNone,  // no file can be opened
  kRead,  // files can be opened for reading, by engines that load their parts while they run
};

// The filter of an engine run and of the verifier, on top of those above. It allows computing,
// memory, and reading and writing open descriptors. It refuses new processes and programs, signals
// to any process (even itself: abort() ends in SIGSEGV), opening files for writing, and changing
// the flags of open files, which it shares with other processes.
absl::StatusOr<FilterProgram> LeafFilter(LeafFiles files);

// Sets no_new_privs and installs the filter for this thread and its children, for good.
// Async-signal-safe. Returns 0 or an errno.
int InstallFilter(const FilterProgram& program);

// Whether the kernel takes filters and libseccomp knows this machine.
bool FiltersWork();

}  // namespace motzkin::sandbox
