// The private Postgres of a coordinator that was given none: a cluster with data checksums in
// DIR/postgres, its server a child process.
//
// Started as root it runs as an unprivileged user, because Postgres refuses root: `postgres` if
// there is one, else `nobody`; the data directory then belongs to that user. The server listens on
// a Unix socket in a directory that only its user can enter, and on TCP (SCRAM) for the roles of
// worker and reader.
//
// At most one server runs on a data directory. When the coordinator is killed the kernel sends its
// server a fast shutdown. One that is still there nevertheless is found by postmaster.pid at the
// next start and stopped first. Nothing committed is lost by either.
//
// Start it from a thread that lives as long as the server shall: the kernel watches that thread.
// Thread-compatible. Stop() blocks, is idempotent and harmless without Start().
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <string>

namespace motzkin::coordinator {

struct EmbeddedPostgresOptions {
  // The coordinator's data directory, absolute; the cluster is in `postgres` below it. Created if
  // missing.
  std::string directory;
  // Where initdb and postgres are; empty: looked for in /usr/lib/postgresql/*/bin (the cluster's
  // own version first, else the newest) and PATH.
  std::string binaries;
  // TCP addresses as in postgresql.conf; workers on other machines need more than loopback.
  std::string listen_addresses = "127.0.0.1";
  // 0: the port of last time if it is free, else a free one, kept in DIR/postgres.port.
  int port = 0;
  // Main memory for shared buffers. 64 MiB suits a Raspberry Pi with 1 GB.
  int64_t shared_buffers_bytes = 64ll << 20;
  int connections_max = 120;
  // Only for tests: loses data if the machine (not the server) crashes.
  bool fsync = true;
};

class EmbeddedPostgres {
 public:
  // initdb if the directory is new, then starts the server; returns once it takes connections, with
  // the database `motzkin` and its owner `motzkin_owner` in it.
  //
  //   NOT_FOUND            no Postgres binaries; the message says what to install
  //   FAILED_PRECONDITION  the cluster was made by another major version (the message says how to
  //                        go on), another live process holds the directory, or its rights do not
  //                        allow it
  //   UNAVAILABLE          the server did not come up; the message ends with the last lines of its
  //                        log
  static absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> Start(
      const EmbeddedPostgresOptions& options);
  // As Stop().
  virtual ~EmbeddedPostgres() = default;

  // Fast shutdown: sessions are ended, everything committed is on disk. After 30 s immediate
  // shutdown, which also loses nothing but costs a recovery at the next start.
  virtual void Stop() = 0;
  // False once the server has ended by itself; Start() another then.
  virtual bool Running() = 0;

  // For Store::Open: motzkin_owner on the Unix socket, no password.
  virtual std::string OwnerConninfo() const = 0;
  // `role` with `password` over TCP on `host`, for workers and readers: a postgresql:// URI.
  virtual std::string Uri(const std::string& role, const std::string& password,
                          const std::string& host = "127.0.0.1") const = 0;
  virtual int port() const = 0;
  virtual int pid() const = 0;
  // DIR/postgres, where the disk guard measures free space.
  virtual const std::string& data_directory() const = 0;
};

struct DiskSpace {
  int64_t free_bytes = 0;  // For unprivileged users.
  int64_t total_bytes = 0;
};

// Of the file system that holds `path`. NOT_FOUND: no such path.
absl::StatusOr<DiskSpace> DiskSpaceOf(const std::string& path);

}  // namespace motzkin::coordinator
