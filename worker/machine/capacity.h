// Measures what the machine gives a worker, cores and memory, and how many slots suit both.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace motzkin::worker {

inline constexpr int kSlotsMax = 1024;

// Returns `cores`, less one for the coordinator and its database if they run on this machine, which
// is told by the address.
int CoresToUse(int cores, const std::string& coordinator);
// Returns `cores`, or fewer if `memory_available` (in bytes, negative if unknown) does not hold an
// engine for each, but at least 1.
int DefaultSlots(int cores, int64_t memory_available, int64_t engine_memory);
// Returns the bytes of memory that this process may still use: what the machine has available, or
// less where a container or systemd limits it (cgroup v2). -1 if it is unknown. `root` is / except
// in tests.
int64_t AvailableMemory(const std::filesystem::path& root = "/");
// Returns the number of cores that this process may use.
int UsableCores();

}  // namespace motzkin::worker
