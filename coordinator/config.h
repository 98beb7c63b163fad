// The coordinator's settings: built-in defaults, then the YAML file, then flags; the later wins.
// deploy/coordinator.example.yaml explains every key.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/identity/insecure.h"
#include "coordinator/postgres_server/embedded_postgres.h"

namespace motzkin::coordinator {

inline constexpr std::string_view kWebDefault = "127.0.0.1:8080";
inline constexpr std::string_view kWebOff = "off";

struct Config {
  // HOST:PORT of the gRPC API. Loopback: nothing on the LAN is reachable uninvited.
  std::string listen = "127.0.0.1:50051";
  // HOST:PORT of the page, or "off". The default gives way if something else has its port; an address
  // that was asked for does not. Beyond loopback the page has TLS and needs a password.
  std::string web = std::string(kWebDefault);
  // Files of a certificate and its key for the page, in PEM; both or none. Without them, the
  // coordinator's key signs one, where TLS is needed.
  std::string web_certificate;
  std::string web_key;
  // Further names by which browsers reach the page beyond loopback, with commas between them.
  std::string web_names;
  // A session on the page ends when it was not used for so long.
  absl::Duration web_idle = absl::Hours(12);
  // The private Postgres, and usage.json. /var/lib/motzkin for root, else $XDG_DATA_HOME/motzkin or
  // ~/.local/share/motzkin.
  std::string data_directory;
  // A libpq URI or conninfo of a database of its own. If it is empty, a private Postgres runs.
  std::string postgres;
  // A URI of that database for workers, when they should write to it directly. Role and password
  // are replaced by the workers' own. If it is empty, only workers on this host write directly.
  std::string advertise_postgres;
  // The private Postgres listens on these addresses, written as in postgresql.conf, and on this
  // port (0: any free one).
  std::string postgres_listen = "127.0.0.1";
  int postgres_port = 0;
  std::string log_level = "info";
  identity::Insecure insecure = identity::Insecure::kNo;
  // A file that gets an invite for workers at each start, readable by its group; empty: none.
  std::string invite_file;
  // Nothing is granted while less disk is free than the larger of these two.
  double disk_free_percent_min = 10;
  int64_t disk_free_bytes_min = 2'000'000'000;
  // Nothing is granted once a database given by `postgres`, whose disk cannot be seen from here, is
  // larger than this. 0 means no bound: its owner watches it.
  int64_t database_bytes_max = 0;
  // One sealed row in so many is computed again by another worker: negatives, to see how far they can
  // be trusted, and integrals, to see whether they are right. 0: none.
  int audit_negatives = 200;
  int audit_integrals = 200;
  // A worker holds this much work, at its measured speed.
  absl::Duration buffer = absl::Minutes(10);
  absl::Duration stall = absl::Minutes(10);
  // At most one of the following three is set.
  // Only run the database, print the reader's URI and wait. For `motzkin psql --data-dir`.
  bool database_only = false;
  // Write a backup to this directory, or fill a new database from one, and end. For `motzkin
  // backup` and `restore`.
  std::string backup_to;
  // The UUID of the cluster that the backup must be of, whose database must run; empty: any.
  std::string backup_of;
  std::string restore_from;
};

// INVALID_ARGUMENT: bad usage or a bad file, with file and line. CANCELLED: --help or --version was
// printed and there is nothing to do.
absl::StatusOr<Config> ParseConfig(int argc, const char* const* argv);

// Whether the page is for other machines, too.
bool IsPageOpen(const Config& config);
// Returns the names of `web_names` in lower case.
std::vector<std::string> WebNames(const Config& config);

// Returns the options of the private Postgres.
EmbeddedPostgresOptions PostgresOptionsOf(const Config& config);

}  // namespace motzkin::coordinator
