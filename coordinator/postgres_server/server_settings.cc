#include "coordinator/postgres_server/server_settings.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdio>
#include <fstream>
#include <functional>

#include "common/base/status_macros.h"
#include "common/process/unique_fd.h"

namespace motzkin::coordinator {
namespace {

// Outgoing connections get ports from 32,768 up, and most services have theirs below 20,000.
constexpr int kPortFirst = 20'000;
constexpr int kPortCount = 10'000;

std::string PortFile(const EmbeddedPostgresOptions& options) {
  return options.directory + "/postgres.port";
}

}  // namespace

std::string SettingsFile(const EmbeddedPostgresOptions& options) {
  return fmt::format(
      R"(# Written by the coordinator at every start. Override a setting in postgresql.conf, below the include.
shared_buffers = {}kB
max_connections = {}
fsync = {}
# Each sort or hash of each reader may take this much memory.
work_mem = 8MB
maintenance_work_mem = 32MB
effective_cache_size = 256MB
# An SD card or SSD has no seeks to avoid.
random_page_cost = 1.5
jit = off
# The first change of a page after a checkpoint writes the whole page to the WAL. Few checkpoints
# and compression keep that small.
checkpoint_timeout = 15min
min_wal_size = 64MB
max_wal_size = 512MB
wal_compression = on
autovacuum_max_workers = 2
# A statement takes a lock for each partition that it touches; a job of 100 M functions has 100.
max_locks_per_transaction = 256
# A transaction that someone forgot keeps the dead rows of batch and throughput_minute alive.
idle_in_transaction_session_timeout = 1min
# A peer that went away without a word is noticed after 25 s.
tcp_keepalives_idle = 10
tcp_keepalives_interval = 5
tcp_keepalives_count = 3
password_encryption = scram-sha-256
# There are seven log files, one for each weekday, and each is emptied when its day comes again. The
# text of a statement is never logged, as it may be a megabyte long.
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_line_prefix = '%m [%p] %u '
)",
      options.shared_buffers_bytes / 1024, options.connections_max, options.fsync ? "on" : "off");
}

std::string AccessFile() {
  return R"(# Written by the coordinator at every start.
# The socket lies in a directory that only the server's user (and root) can enter.
local all     postgres,motzkin_owner                     trust
host  postgres,template1 all all                          reject
host  all     postgres,motzkin_owner        all          reject
host  all     all                           all          scram-sha-256
)";
}

bool PortIsFree(int port) {
  const UniqueFd probe(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // Postgres sets this option too. Without it, the old server's connections in TIME_WAIT would make
  // the port look taken; a port that someone listens on is refused with it as well.
  const int on = 1;
  setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  return bind(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

int ChoosePort(const EmbeddedPostgresOptions& options, int attempt) {
  if (options.port != 0) return options.port;
  int port = 0;
  if (attempt == 0 && std::ifstream(PortFile(options)) >> port && port > 0 && port < 65'536 &&
      PortIsFree(port)) {
    return port;
  }
  // The search starts at a place that depends on the directory, so that servers that start together
  // rarely choose the same port. A later attempt starts elsewhere.
  const size_t start =
      std::hash<std::string>{}(options.directory) + 977u * static_cast<size_t>(attempt);
  for (int i = 0; i < kPortCount; ++i) {
    port = kPortFirst + static_cast<int>((start + i) % kPortCount);
    if (PortIsFree(port)) return port;
  }
  return kPortFirst;  // Postgres itself will say that it is taken.
}

absl::Status KeepPort(const EmbeddedPostgresOptions& options, int port) {
  return WriteFile(PortFile(options), fmt::format("{}\n", port));
}

absl::Status WriteFile(const std::string& path, const std::string& text) {
  // If the coordinator is killed in here, the old file or the new one is there, never half of it.
  const std::string draft = path + ".new";
  std::ofstream file(draft, std::ios::trunc | std::ios::binary);
  file << text;
  file.close();
  if (!file) return absl::ErrnoToStatus(errno, fmt::format("cannot write {}", draft));
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot rename {} to {}", draft, path));
  }
  return absl::OkStatus();
}

}  // namespace motzkin::coordinator
