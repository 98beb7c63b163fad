// The store's session with Postgres. It reconnects when the connection broke, holds the database
// against other coordinators and fences writes.
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

// Runs the statements of one transaction, which are those of queries/ (store_queries.h).
class Statements {
 public:
  explicit Statements(postgres::Transaction& transaction) : transaction_(transaction) {}

  absl::StatusOr<postgres::Rows> Run(std::string_view query, const postgres::Params& params = {}) {
    return transaction_.Execute(query, params);
  }
  // Runs a statement that returns no rows, or none that the caller needs.
  absl::Status Do(std::string_view query, const postgres::Params& params = {}) {
    return Run(query, params).status();
  }

 private:
  postgres::Transaction& transaction_;
};

// Thread-safe: it runs one transaction at a time.
class Session {
 public:
  // Migrates, takes hold of the database and a new epoch. Its errors are those of Store::Open().
  static absl::StatusOr<std::unique_ptr<Session>> Open(const std::string& conninfo,
                                                       const StorePatience& patience);

  using Body = std::function<absl::Status(Statements&)>;

  // Runs `body` in a transaction that first checks our epoch, so that a coordinator which was
  // replaced changes nothing. store.h lists the errors.
  absl::Status Write(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // Like Write(), but may take longer: for changes and reads of a whole job.
  absl::Status WriteMuch(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // Like Write(), but its commit does not wait for the disk.
  absl::Status WriteLossy(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // From here to EndGroup(), no Write() waits for the disk.
  void BeginGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits once for the disk, for all writes of the group. UNAVAILABLE: any of them may be lost.
  absl::Status EndGroup() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status Read(const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);
  // Runs one reading statement.
  absl::StatusOr<postgres::Rows> Select(std::string_view query,
                                        const postgres::Params& params = {});

  const std::string& cluster_uuid() const { return cluster_uuid_; }
  const Login& reader_login() const { return reader_login_; }
  int worker_sessions_max() const { return worker_sessions_max_; }

 private:
  struct Kind {
    bool fenced = true;
    bool durable = true;
    bool much = false;
  };

  Session(std::string conninfo, const StorePatience& patience)
      : conninfo_(std::move(conninfo)), patience_(patience) {}

  absl::Status Begin() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status HoldAndTakeOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SetUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Makes this session the one that holds the database. FAILED_PRECONDITION: for 5 s, another one
  // has held it.
  absl::Status HoldDatabase() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeOver() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Reconnect() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ConnectAgain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Calls Reconnect(), unless that has just failed after a long wait.
  absl::Status ReconnectOnce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns the statements that a transaction of this kind begins with.
  std::string Preamble(Kind kind) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Transact(Kind kind, const Body& body) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string conninfo_;
  const StorePatience patience_;
  // This and the next three are set once, before another thread sees the session.
  std::string cluster_uuid_;
  int64_t epoch_ = 0;
  Login reader_login_;
  int worker_sessions_max_ = 0;
  absl::Mutex mutex_;
  bool grouped_ ABSL_GUARDED_BY(mutex_) = false;
  bool reconnected_in_group_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<postgres::Connection> connection_ ABSL_GUARDED_BY(mutex_);
  // The server process that last held the database for us. A new session ends it if it lingers.
  int holder_ ABSL_GUARDED_BY(mutex_) = 0;
  // The status of the last Reconnect() that failed slowly. Calls get it until the time below.
  absl::Status unreachable_ ABSL_GUARDED_BY(mutex_);
  Deadline unreachable_until_ ABSL_GUARDED_BY(mutex_) = Deadline::After(absl::ZeroDuration());
  postgres::Watchdog watchdog_;  // Last, so it is gone before the connection that it watches.
};

}  // namespace motzkin::coordinator
