// Limits that a process sets on itself before it runs anything that cannot be trusted. All
// functions are async-signal-safe, for use between fork and exec, and return 0 or an errno.
#pragma once

#include <cstdint>

namespace motzkin::sandbox {

struct LeafLimits {
  // Address space in bytes (RLIMIT_AS).
  int64_t memory_bytes = 0;
  // CPU time in whole seconds, at least 1 (RLIMIT_CPU). It is a second belt behind the supervisor's
  // clock.
  int64_t cpu_seconds = 1;
};

// Limits an integrator and all it starts: no core files, 256 descriptors.
int LimitIntegrator();

// Whether LimitLeaf() limits memory. It does not in builds with a sanitizer, whose shadow memory
// takes terabytes of address space.
bool LimitsMemory();

// Limits one engine run: memory and CPU as given, and no byte written to any file.
int LimitLeaf(const LeafLimits& limits);

// Makes the system kill this process first when memory runs out. Does nothing where /proc is
// missing.
int OfferToOutOfMemoryKiller();

// Lets this process run only when nothing else wants the processor. The leader of a session must
// call it: where the kernel schedules sessions against each other (autogroups, as on Debian's
// desktops), SCHED_IDLE only yields to processes of the same session, so the session's own priority
// is lowered too. May wait for up to a second, since the kernel takes ten such requests a second.
int UseIdlePriority();

// Makes a process that is root run as `nobody`; other processes stay as they are. Where the user
// does not exist (a user namespace with one user) the process stays root. The kernel clears the
// parent death signal on the way, so it is set again.
int DropRoot();

}  // namespace motzkin::sandbox
