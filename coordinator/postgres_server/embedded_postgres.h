// The private Postgres of a coordinator that was given none. Its database cluster, with data
// checksums, lies in DIR/postgres, and its server is a child process.
//
// Postgres refuses to run as root. Started by root, the server runs as `postgres` if there is such
// a user, else as `nobody`, and the data directory belongs to that user. The server listens on a
// Unix socket in a directory that only its user can enter (its data, or one that is made for it),
// and on TCP (SCRAM) for the roles of worker and reader. Other hosts must speak TLS 1.3 there; the
// server's key and the certificate that it signs for itself are made once, in its data directory.
//
// At most one server runs on a data directory. When the coordinator is killed, the kernel tells its
// server to shut down fast. If that signal is lost, the next start finds the server by its
// postmaster.pid and stops it first. Neither loses anything that was committed.
//
// Start it from a thread that lives as long as the server should: the kernel watches that thread.
// Thread-compatible. Stop() blocks and is idempotent.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <string>

namespace motzkin::coordinator {

struct EmbeddedPostgresOptions {
  // The coordinator's data directory, as an absolute path. It is created if it is missing; the
  // cluster is in `postgres` below it.
  std::string directory = {};
  // The directory of initdb and postgres. If it is empty, they are looked for in
  // /usr/lib/postgresql/*/bin and in PATH: those of the cluster's own version, or the newest for a
  // new cluster.
  std::string binaries = {};
  // TCP addresses, written as in postgresql.conf. Workers on other machines need more than
  // loopback.
  std::string listen_addresses = "127.0.0.1";
  // Lets other hosts speak plain text as well, for owners with a tunnel of their own.
  bool plain_text_from_afar = false;
  // With 0 the server gets the port that it had last time, or a free one if that is taken.
  // DIR/postgres.port remembers it.
  int port = 0;
  // The memory for shared buffers. 64 MiB suits a Raspberry Pi with 1 GB.
  int64_t shared_buffers_bytes = 64ll << 20;
  int connections_max = 120;
  // The directory of the server's socket. If it is empty, that is the data directory, or a fresh
  // one in /tmp if the path of the data is too long or has characters that Postgres reads as
  // syntax.
  std::string socket_directory = {};
  // Only tests turn it off: data is then lost if the machine (not the server) crashes.
  bool fsync = true;
};

class EmbeddedPostgres {
 public:
  // Runs initdb if the directory is new, then starts the server. Returns once the server takes
  // connections and has the database `motzkin` with its owner `motzkin_owner`. Errors:
  //
  //   INVALID_ARGUMENT     the directory is not an absolute path
  //   NOT_FOUND            there are no Postgres binaries; the message says what to install
  //   FAILED_PRECONDITION  the cluster was made by another major version (the message says how to
  //                        go on), another live process holds the directory, or its rights do not
  //                        allow it
  //   UNAVAILABLE          the server did not come up; the message ends with the last lines of its
  //                        log
  static absl::StatusOr<std::unique_ptr<EmbeddedPostgres>> Start(
      const EmbeddedPostgresOptions& options);
  // Stops the server as Stop() does.
  virtual ~EmbeddedPostgres() = default;

  // Shuts the server down fast: sessions end, and everything committed is on disk. If that takes
  // 30 s, shuts it down immediately, which loses nothing either but costs a recovery at the next
  // start.
  virtual void Stop() = 0;
  // Returns false once the server has ended by itself. The directory is free then: Start() another.
  virtual bool Running() = 0;

  // The connection of motzkin_owner, for Store::Open: over the Unix socket, without a password.
  virtual std::string OwnerConninfo() const = 0;
  // A postgresql:// URI for workers and readers: `role` with `password` over TCP on `host`, without
  // TLS if that is loopback. It does not escape, so role and password must not need it.
  virtual std::string Uri(const std::string& role, const std::string& password,
                          const std::string& host = "127.0.0.1") const = 0;
  // The certificate, in PEM, by which a client on another host knows this server.
  virtual const std::string& certificate() const = 0;
  virtual const std::string& socket_directory() const = 0;
  virtual int port() const = 0;
  virtual int pid() const = 0;
  // DIR/postgres, or the directory that it links to. The disk guard measures free space there.
  virtual const std::string& data_directory() const = 0;
};

struct DiskSpace {
  int64_t free_bytes = 0;  // what unprivileged users may still fill
  int64_t total_bytes = 0;
};

// Returns the space of the file system that holds `path`. NOT_FOUND: there is no such path.
absl::StatusOr<DiskSpace> DiskSpaceOf(const std::string& path);

}  // namespace motzkin::coordinator
