// One connection to Postgres. No other part of the project knows libpqxx and its versions.
//
// Every function here turns the SQLSTATE of an error into one of these:
//
//   UNAVAILABLE          08 40 53 57 58 and 55P03, a lost connection, a commit in doubt: repeat on
//                        a new connection. A commit in doubt may have happened, so only idempotent
//                        statements may be repeated
//   INVALID_ARGUMENT     22 23 54: a value that Postgres refuses
//   PERMISSION_DENIED    28 42501: our role may not do this
//   NOT_FOUND            3D: no such database
//   FAILED_PRECONDITION  25006 (read-only) and class MZ: a refusal by one of our own SQL functions
//   INTERNAL             anything else, such as a statement that does not parse: a bug of ours
//
// SqlState() returns the five characters. No function throws, and no message holds a password.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/postgres/params.h"
#include "common/postgres/rows.h"

namespace motzkin::postgres {

// Returns the SQLSTATE behind a status of this module; empty if there is none, as without a
// connection.
std::string SqlState(const absl::Status& status);

// Returns the conninfo with time-outs for connecting and for dead peers, unless it sets them
// itself, so that no call hangs if the server's machine goes away. Takes both forms of libpq:
// `key=value ...` and URIs.
std::string WithTimeouts(std::string_view conninfo);

// Returns the conninfo, in either form, for a server that must show just the certificate in `file`, or
// that one must have signed its own: the connection fails before any password is sent to another.
std::string WithServerCertificate(std::string_view conninfo, const std::filesystem::path& file);

// Runs the statements of a Connection::Transact() call. Valid only during that call.
class Transaction {
 public:
  virtual ~Transaction() = default;
  // Runs one statement. After an error the transaction can only be rolled back.
  virtual absl::StatusOr<Rows> Execute(std::string_view sql, const Params& params = {}) = 0;
  // Runs several statements separated by semicolons, without parameters, and drops their results.
  virtual absl::Status ExecuteScript(std::string_view sql) = 0;
};

// A connection never reconnects by itself, because a new session would lack the locks and settings
// of the old one. Once it is broken(), every call returns UNAVAILABLE; open another one. The
// destructor closes it.
//
// Thread-compatible: one thread at a time.
class Connection {
 public:
  // Takes a conninfo of libpq and applies WithTimeouts(). Takes 10 s at most unless the conninfo
  // has its own connect_timeout.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& conninfo);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs one statement in a transaction of its own.
  absl::StatusOr<Rows> Execute(std::string_view sql, const Params& params = {});

  // Runs one statement in one round trip. The server commits it by itself, so it holds no lock
  // while it waits for us, even if this machine falls asleep. Also for statements that Postgres
  // takes only outside of transactions, such as CREATE DATABASE. UNAVAILABLE: it may have happened.
  absl::StatusOr<Rows> ExecuteAlone(std::string_view sql, const Params& params = {});

  // Runs `body` in one transaction. Commits if it returns OK; otherwise rolls back and returns its
  // status.
  absl::Status Transact(const std::function<absl::Status(Transaction&)>& body);

  // May be called from another thread. The call in progress, or else the next one, fails as if the
  // server were gone. This is for servers that stand still: their kernel keeps the connection
  // alive, so no time-out of TCP ever comes.
  void HangUp();

  // The id of the process that serves this session on the server.
  int backend_pid() const;
  bool broken() const;

 private:
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::postgres
