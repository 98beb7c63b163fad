// A private, real Postgres for tests: about 1 s to start, gone with its object. Make one for a test
// binary (motzkin_test WHOLE) and a database for each test.
#pragma once

#include <memory>
#include <string>

#include "common/postgres/connection.h"
#include "coordinator/postgres_server/embedded_postgres.h"

namespace motzkin::test {

// Thread-compatible, but for NewDatabase() and Superuser().
class MiniPostgres {
 public:
  // Aborts if it cannot start. `options.directory` is replaced by a fresh one below /tmp.
  explicit MiniPostgres(coordinator::EmbeddedPostgresOptions options = {});
  ~MiniPostgres();

  // One for the whole binary, started at first use, stopped when the process ends.
  static MiniPostgres& Shared();

  // The conninfo of motzkin_owner in an empty database of its own. Thread-safe.
  std::string NewDatabase();

  // `role` in the database of `owner_conninfo` over TCP, through `port` if it is not 0.
  std::string As(const std::string& owner_conninfo, const std::string& role,
                 const std::string& password, int port = 0) const;

  // The superuser in the database of `owner_conninfo`.
  std::string Superuser(const std::string& owner_conninfo) const;

  coordinator::EmbeddedPostgres& server() { return *server_; }
  // Stops it and starts it again on the same data and port.
  void Restart();

 private:
  coordinator::EmbeddedPostgresOptions options_;
  std::unique_ptr<coordinator::EmbeddedPostgres> server_;
};

// A connection that must work.
std::unique_ptr<postgres::Connection> MustConnect(const std::string& conninfo);

}  // namespace motzkin::test
