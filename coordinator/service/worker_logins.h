// Knows with which login, and whether at all, each worker writes its results to the database itself.
// Workers that do not are told no database and relay their results through the coordinator.
//
// Thread-compatible: it belongs to the scheduler's thread.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "coordinator/core/types.h"
#include "coordinator/store/records.h"

namespace motzkin::coordinator {

// A way of a worker to the database.
struct WayToDatabase {
  std::string uri = {};  // empty: the worker has to relay
  // The server must show this certificate, in PEM; empty: TLS is as `uri` says.
  std::string certificate = {};
};

class WorkerLogins {
 public:
  // Returns the way for a worker at this peer. The login in its URI is replaced by the worker's own.
  using DatabaseFor = std::function<WayToDatabase(const std::string& peer)>;

  // At most `sessions_max` connected workers are told the database together.
  WorkerLogins(DatabaseFor database_for, int sessions_max)
      : database_for_(std::move(database_for)), sessions_max_(sessions_max) {}

  // Whether the login of a worker should be opened now. After true, the caller opens it on the
  // store's thread and calls Opened() with the answer of MemberStore::OpenWorkerLogin().
  bool Begin(const WorkerId& worker, const std::string& peer);
  void Opened(const WorkerId& worker, const absl::StatusOr<std::optional<Login>>& login);

  // Returns the way that the worker is to be told.
  WayToDatabase WayFor(const WorkerId& worker, const std::string& peer);

  void StreamEnded(const WorkerId& worker) { direct_.erase(worker); }
  // The worker was removed, and its login closed. If it is let in again, it gets another one.
  void Forget(const WorkerId& worker) { logins_.erase(worker); }

 private:
  const DatabaseFor database_for_;
  const int sessions_max_;
  // Without a value: it is being opened, or there can be none.
  std::map<WorkerId, std::optional<Login>> logins_;
  std::set<WorkerId> direct_;  // connected workers that were told the database
};

}  // namespace motzkin::coordinator
