// The store's session with Postgres: opens it again when it broke, holds the coordinator's lock,
// fences writes.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/deadline.h"
#include "common/postgres/connection.h"
#include "common/postgres/watchdog.h"
#include "coordinator/store/store.h"

namespace motzkin::coordinator {

// The statements of one transaction: those of queries/, as store_queries.h has them.
class Statements {
 public:
  explicit Statements(postgres::Transaction& transaction) : transaction_(transaction) {}

  absl::StatusOr<postgres::Rows> Run(std::string_view query, const postgres::Params& params = {}) {
    return transaction_.Execute(query, params);
  }
  // For what changes rows and returns none: how many it changed.
  absl::StatusOr<int64_t> Change(std::string_view query, const postgres::Params& params = {});

 private:
  postgres::Transaction& transaction_;
};

// Thread-safe: one transaction at a time.
class Session {
 public:
  // Migrates, takes the coordinator's lock and a new epoch. Errors as Store::Open.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const std::string& conninfo,
                                                       const StorePatience& patience);

  using Body = std::function<absl::Status(Statements&)>;

  // A transaction that begins with the check of our epoch. Errors as store.h says.
  absl::Status Write(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same for what changes or reads a whole job: it may take longer.
  absl::Status WriteMuch(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // The same, but its commit does not wait for the disk.
  absl::Status WriteLossy(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // Until EndGroup() no Write() waits for the disk.
  void BeginGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits once for the disk, for all of them. UNAVAILABLE: any of them may be lost.
  absl::Status EndGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Read(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // One reading statement.
  absl::StatusOr<postgres::Rows> Select(std::string_view query,
                                        const postgres::Params& params = {});

  const std::string& cluster_uuid() const { return cluster_uuid_; }
  int64_t epoch() const { return epoch_; }
  const RolePasswords& passwords() const { return passwords_; }

 private:
  struct Kind {
    bool fenced = true;
    bool durable = true;
    bool much = false;
  };

  Session(std::string conninfo, const StorePatience& patience)
      : conninfo_(std::move(conninfo)), patience_(patience) {}

  absl::Status Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status LockAndTakeOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SetUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The coordinator's lock.
  absl::Status TakeLock() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Reconnect() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ConnectAgain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reconnect(), unless that has just failed after a long wait.
  absl::Status ReconnectOnce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // What a transaction of this kind begins with.
  std::string Preamble(Kind kind) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Transact(Kind kind, const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string conninfo_;
  const StorePatience patience_;
  // This and the next two are set once, before another thread sees the session.
  std::string cluster_uuid_;
  int64_t epoch_ = 0;
  RolePasswords passwords_;
  absl::Mutex mutex_;
  bool grouped_ ABSL_GUARDED_BY(mutex_) = false;
  bool reconnected_in_group_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<postgres::Connection> connection_ ABSL_GUARDED_BY(mutex_);
  // The server's process that got the lock for us last.
  int lock_holder_ ABSL_GUARDED_BY(mutex_) = 0;
  // Of the last Reconnect() that failed slowly, and until when that is the answer.
  absl::Status unreachable_ ABSL_GUARDED_BY(mutex_);
  Deadline unreachable_until_ ABSL_GUARDED_BY(mutex_) = Deadline::After(absl::ZeroDuration());
  postgres::Watchdog watchdog_;  // Last: it goes before the connection.
};

}  // namespace motzkin::coordinator
