// System call filters. A program is compiled once and installed many times: installing costs one
// system call, so every engine run gets its own filter.
//
// A refused call fails with EPERM; nothing is killed for asking.
#pragma once

#include <absl/status/statusor.h>
#include <linux/filter.h>

#include <vector>

namespace motzkin::sandbox {

// Instructions for the kernel. Immutable once compiled.
using FilterProgram = std::vector<sock_filter>;

// For the integrator and all it starts: no sockets, no tracing, no namespaces or mounts, no
// sessions or process groups of its own (a kill of its group reaches everything), no kernel
// interfaces that it has no use for.
absl::StatusOr<FilterProgram> IntegratorFilter();

enum class LeafFiles {
  kNone,  // cannot open a file at all
  kRead,  // may open files for reading: an engine that loads its parts while it runs
};

// For one engine run and for the verifier, on top of the above: computing, memory, reading and
// writing what is open. No new process or program, no signal to anybody (not even itself: abort()
// ends in SIGSEGV), nothing opened for writing.
absl::StatusOr<FilterProgram> LeafFilter(LeafFiles files);

// Installs the filter for this thread and its children, for good, after setting no_new_privs.
// Async-signal-safe. 0 or an errno.
int InstallFilter(const FilterProgram& program);

// The kernel takes filters and libseccomp knows this machine.
bool FiltersWork();

}  // namespace motzkin::sandbox
