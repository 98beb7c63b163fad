// The directory that makes a worker the same worker after a restart: its UUID, a counter of its
// instances, its spool. One process at a time.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/clock.h"
#include "common/process/unique_fd.h"

namespace motzkin::worker {

// $STATE_DIRECTORY (set by systemd); else /var/lib/motzkin-worker as root; else
// $XDG_STATE_HOME/motzkin/worker, with ~/.local/state as its default.
std::filesystem::path DefaultStateDirectory();

// Holds the directory's lock for its lifetime. Move-only. Immutable after Open.
class StateDirectory {
 public:
  // Creates what is missing.
  //   ALREADY_EXISTS  another process holds it; the message names its pid
  //   any other       the directory cannot be used; the message says why
  static absl::StatusOr<StateDirectory> Open(const std::filesystem::path& path, const Clock& clock);

  const std::filesystem::path& path() const { return path_; }
  const std::string& worker_uuid() const { return worker_uuid_; }
  // Grows with every Open() of this directory: the newest instance of a worker wins. Upper half:
  // the directory's counter; lower half: seconds since boot, which tells two copies of one
  // directory apart.
  uint64_t instance() const { return instance_; }

 private:
  std::filesystem::path path_;
  UniqueFd lock_;
  std::string worker_uuid_;
  uint64_t instance_ = 0;
};

// Writes a file so that a crash leaves either the old or the new content.
absl::Status WriteFileAtomically(const std::filesystem::path& path, const std::string& content);

}  // namespace motzkin::worker
