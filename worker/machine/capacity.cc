#include "worker/machine/capacity.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <thread>

#include "common/base/host_port.h"

namespace motzkin::worker {
namespace {

int64_t MachineMemory(const std::filesystem::path& root) {
  std::ifstream file(root / "proc/meminfo");
  std::string key, unit;
  int64_t kilobytes = 0;
  // MemFree would be too small: most memory holds caches that the kernel gives up when asked.
  while (file >> key >> kilobytes) {
    std::getline(file, unit);
    if (key == "MemAvailable:") return kilobytes * 1024;
  }
  return -1;
}

// Returns the least limit of our cgroup and those above it; empty if there is none. The memory that
// the group uses is not taken off: most of it is cache, and the worker has just begun.
std::optional<int64_t> CgroupLimit(const std::filesystem::path& root) {
  std::ifstream groups(root / "proc/self/cgroup");
  std::string line;
  // The line of cgroup v2 begins so.
  while (std::getline(groups, line) && !line.starts_with("0::/")) {
  }
  if (!groups) return std::nullopt;
  std::optional<int64_t> least;
  const std::filesystem::path top = root / "sys/fs/cgroup";
  for (std::filesystem::path group = line.substr(4);; group = group.parent_path()) {
    int64_t bytes = 0;
    // The word "max", for no limit, is no number, and the group at the top has no such file.
    if (std::ifstream(top / group / "memory.max") >> bytes) {
      least = std::min(bytes, least.value_or(bytes));
    }
    if (group.empty()) return least;
  }
}

}  // namespace

int CoresToUse(int cores, const std::string& coordinator) {
  const std::optional<HostPort> address = ParseHostPort(coordinator);
  const bool beside = address.has_value() && IsLoopback(address->host);
  // With one or two cores a whole one would be too much for what the coordinator needs.
  return beside && cores > 2 ? cores - 1 : cores;
}

int DefaultSlots(int cores, int64_t memory_available, int64_t engine_memory) {
  int64_t fitting = std::numeric_limits<int>::max();
  if (memory_available >= 0) fitting = memory_available / engine_memory;
  return static_cast<int>(std::clamp<int64_t>(fitting, 1, std::clamp(cores, 1, kSlotsMax)));
}

int64_t AvailableMemory(const std::filesystem::path& root) {
  const int64_t machine = MachineMemory(root);
  const std::optional<int64_t> limit = CgroupLimit(root);
  if (!limit.has_value()) return machine;
  return machine < 0 ? *limit : std::min(machine, *limit);
}

int UsableCores() {
  // Fewer than the machine has where taskset, a container or systemd limits them.
  cpu_set_t set;
  // The call fails on machines with more than 1,024 cores, for which cpu_set_t has no room.
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace motzkin::worker
