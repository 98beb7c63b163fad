// The directory that makes a worker the same worker after a restart. It holds the worker's UUID, a
// counter of its instances and its spool. One process at a time may use it.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/clock.h"
#include "common/process/unique_fd.h"

namespace motzkin::worker {

// Returns $STATE_DIRECTORY, which systemd sets; else /var/lib/motzkin-worker for root; else
// $XDG_STATE_HOME/motzkin/worker, where ~/.local/state stands for a variable that is not set. Empty if there is no HOME either.
std::filesystem::path DefaultStateDirectory();

// The file of the directory that keeps what the worker is to its coordinator.
inline constexpr char kIdentityFile[] = "identity.pem";

// Returns the UUID of the worker of this directory, without holding it; empty if there is none.
std::string ReadWorkerUuid(const std::filesystem::path& directory);

// Holds the directory's lock as long as it lives. Move-only. Immutable after Open().
class StateDirectory {
 public:
  // Creates the directory and its files where they are missing.
  //   ALREADY_EXISTS  another process holds the directory; the message names its pid
  //   any other       the directory cannot be used; the message says why
  static absl::StatusOr<StateDirectory> Open(const std::filesystem::path& path, const Clock& clock);

  const std::filesystem::path& path() const { return path_; }
  const std::string& worker_uuid() const { return worker_uuid_; }
  // Grows with every Open() of this directory, because the newest instance of a worker wins. The
  // upper half is the directory's counter, the lower half the seconds since boot, which tell two
  // copies of one directory apart.
  uint64_t instance() const { return instance_; }

 private:
  std::filesystem::path path_;
  UniqueFd lock_;
  std::string worker_uuid_;
  uint64_t instance_ = 0;
};

}  // namespace motzkin::worker
