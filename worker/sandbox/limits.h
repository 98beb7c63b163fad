// What a process sets on itself before it runs anything that cannot be trusted. All are
// async-signal-safe, for use between fork and exec, and return 0 or an errno.
#pragma once

#include <cstdint>

namespace motzkin::sandbox {

struct LeafLimits {
  // Address space, bytes (RLIMIT_AS).
  int64_t memory_bytes = 0;
  // CPU seconds (RLIMIT_CPU), a second belt behind the supervisor's clock; whole seconds, >= 1.
  int64_t cpu_seconds = 1;
};

// Limits of an integrator and all it starts: no core files, 256 descriptors.
int LimitIntegrator();

// False in builds with a sanitizer, whose shadow memory takes terabytes: memory is not limited
// there.
bool LimitsMemory();

// Limits of one engine run: memory and CPU as given, no byte written to any file.
int LimitLeaf(const LeafLimits& limits);

// The system kills this process first when memory runs out. Harmless where /proc is missing.
int OfferToOutOfMemoryKiller();

// Runs only when nothing else wants the processor. To be called by the leader of a session: where
// the kernel schedules sessions against each other (autogroups, as on Debian's desktops) SCHED_IDLE
// alone only yields to processes of the same session. May wait up to a second: the kernel takes ten
// such orders a second.
int UseIdlePriority();

// A process that is root becomes nobody; others stay who they are. Where no such user exists (a
// user namespace with one user) it stays root. Resets the parent death signal, which the kernel
// clears.
int DropRoot();

}  // namespace motzkin::sandbox
