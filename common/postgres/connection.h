// One connection to Postgres: the only place of the project that knows libpqxx and its versions.
//
// Errors are absl::Status by the SQLSTATE that Postgres gave, in every function here:
//
//   UNAVAILABLE          08 40 53 57 58 and 55P03, a lost connection, a commit in doubt: repeat on
//                        a new connection. A commit in doubt may have happened: only repeat what is
//                        idempotent
//   INVALID_ARGUMENT     22 23 54: a value that Postgres refuses
//   PERMISSION_DENIED    28 42501: who we are may not do this
//   NOT_FOUND            3D: no such database
//   FAILED_PRECONDITION  25006 (read-only) and class MZ: a refusal by one of our own SQL functions
//   INTERNAL             anything else, such as a statement that does not parse: a bug of ours
//
// SqlState() gives the five characters back. No exception leaves, and no message holds a password.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/postgres/params.h"
#include "common/postgres/rows.h"

namespace motzkin::postgres {

// The SQLSTATE behind a status of this module; empty when there is none (e.g. no connection).
std::string SqlState(const absl::Status& status);

// The same conninfo with time-outs for connecting and for dead peers where it sets none itself, so
// that no call hangs on a machine that went away. Takes both forms of libpq: `key=value ...` and
// URIs.
std::string WithTimeouts(std::string_view conninfo);

// Where statements run inside Connection::Transact. Valid only during the call that got it.
class Transaction {
 public:
  virtual ~Transaction() = default;
  // One statement. After an error the transaction can only be rolled back.
  virtual absl::StatusOr<Rows> Execute(std::string_view sql, const Params& params = {}) = 0;
  // Several statements separated by semicolons, without parameters; what they return is dropped.
  virtual absl::Status ExecuteScript(std::string_view sql) = 0;
};

// Never reconnects by itself: a new session would lack the locks and settings of the old one. Once
// broken() every call returns UNAVAILABLE; open another. Closed by the destructor.
//
// Thread-compatible: one thread at a time.
class Connection {
 public:
  // `conninfo` as libpq takes it; WithTimeouts() is applied. At most 10 s unless it says otherwise.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& conninfo);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One statement in a transaction of its own.
  absl::StatusOr<Rows> Execute(std::string_view sql, const Params& params = {});

  // One statement in one round trip, which the server commits by itself: no lock is held while it
  // waits for us, however long we stand still. Also what Postgres takes only outside of
  // transactions, e.g. CREATE DATABASE. UNAVAILABLE: it may have happened.
  absl::StatusOr<Rows> ExecuteAlone(std::string_view sql, const Params& params = {});

  // Runs `body` in one transaction: commits if it returns OK, else rolls back and returns its
  // status.
  absl::Status Transact(const std::function<absl::Status(Transaction&)>& body);

  // From another thread: the call in progress, or else the next one, fails as if the server had
  // gone. For servers that stand still: their kernel keeps the connection alive and no time-out of
  // TCP's ever comes.
  void HangUp();

  // The session's process on the server.
  int backend_pid() const;
  bool broken() const;

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::postgres
