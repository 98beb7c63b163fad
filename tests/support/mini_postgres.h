// A private, real Postgres for tests. It takes about 1 s to start and is gone with its object. Make
// one for a test binary (motzkin_test WHOLE) and a database for each test.
#pragma once

#include <memory>
#include <string>

#include "common/postgres/connection.h"
#include "coordinator/postgres_server/embedded_postgres.h"

namespace motzkin::test {

// Thread-compatible; NewDatabase() and Superuser() are thread-safe.
class MiniPostgres {
 public:
  // Aborts if the server cannot start. `options.directory` is replaced by a fresh one below /tmp.
  explicit MiniPostgres(coordinator::EmbeddedPostgresOptions options = {});
  ~MiniPostgres();

  // Returns the server of the whole binary, which starts at first use and stops when the process
  // ends.
  static MiniPostgres& Shared();

  // Makes an empty database and returns the conninfo with which motzkin_owner opens it. `options` are
  // those of CREATE DATABASE, such as "TEMPLATE template0" for one that is open to all roles as on a
  // server of the user's. Thread-safe.
  std::string NewDatabase(const std::string& options = "");

  // Returns the conninfo of `role` for the database of `owner_conninfo`, over TCP and through
  // `port` unless it is 0.
  std::string As(const std::string& owner_conninfo, const std::string& role,
                 const std::string& password, int port = 0) const;

  // Returns the conninfo of the superuser for the database of `owner_conninfo`.
  std::string Superuser(const std::string& owner_conninfo) const;

  coordinator::EmbeddedPostgres& server() { return *server_; }
  // Stops the server and starts it again with the same data and port.
  void Restart();

 private:
  coordinator::EmbeddedPostgresOptions options_;
  std::unique_ptr<coordinator::EmbeddedPostgres> server_;
};

// Opens a connection, which must succeed.
std::unique_ptr<postgres::Connection> MustConnect(const std::string& conninfo);

}  // namespace motzkin::test
