// Cgroups (version 2) for a worker to which the service manager delegates its own, as systemd does
// for `Delegate=memory pids`. Each integrator gets a group, which bounds all of its processes
// together and ends them together, even those that moved to other process groups and sessions.
#pragma once

#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/process/unique_fd.h"

namespace motzkin::sandbox {

// The group of one integrator. The destructor kills what is in it and removes it.
//
// Thread-safe.
class Cgroup {
 public:
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;
  ~Cgroup();

  // Puts the calling process into the group. For use between fork and exec: async-signal-safe.
  // Returns 0 or an errno.
  int Enter() const;
  // Bounds the memory of all its processes together, or does nothing where memory is not delegated.
  // When they exceed it, the kernel kills one of them.
  void LimitMemory(int64_t bytes);
  // Sends SIGKILL to all its processes, or does nothing before Linux 5.14.
  void Kill();

  const std::string& path() const { return path_; }

 private:
  friend class DelegatedCgroup;
  Cgroup() = default;

  std::string path_;
  UniqueFd members_;  // cgroup.procs
  std::atomic<int64_t> memory_bytes_ = 0;
};

// Thread-safe, once it was taken.
class DelegatedCgroup {
 public:
  // Takes over the cgroup of this process, and moves this process into a group `worker` of it,
  // because a group with processes of its own cannot limit groups below it. Call it before the
  // first child. NOT_FOUND: the cgroup was not delegated, or there is none of version 2.
  static absl::StatusOr<std::unique_ptr<DelegatedCgroup>> Take();

  // Makes a group with room for `processes_max`, where their number is delegated.
  absl::StatusOr<std::unique_ptr<Cgroup>> MakeGroup(int processes_max) const;

  // Returns what can be limited: "memory" and "pids", or fewer.
  const std::vector<std::string>& limits() const { return limits_; }

 private:
  DelegatedCgroup() = default;

  std::string path_;
  std::vector<std::string> limits_;
  mutable std::atomic<int> groups_made_ = 0;
};

}  // namespace motzkin::sandbox
