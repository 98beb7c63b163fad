#include "coordinator/postgres_server/server_settings.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <functional>

#include "common/identity/certificate.h"
#include "common/identity/private_file.h"
#include "common/process/durable_file.h"
#include "common/process/unique_fd.h"
#include "postgres_server_files.h"

namespace motzkin::coordinator {
namespace {

// Outgoing connections get ports from 32,768 up, and most services have theirs below 20,000.
constexpr int kPortFirst = 20'000;
constexpr int kPortCount = 10'000;

// Whether a server could listen on all addresses of one family, which fails if one listens on any of
// them. True if this machine lacks the family.
bool CanBind(const sockaddr* address, socklen_t size) {
  const UniqueFd probe(socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!probe.valid()) return errno == EAFNOSUPPORT;
  // Postgres sets this option too. Without it, the old server's connections in TIME_WAIT would make
  // the port look taken; a port that someone listens on is refused with it as well.
  const int on = 1;
  setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Postgres binds each family by itself. A socket of both would find our own IPv4 probes taken.
  if (address->sa_family == AF_INET6)
    setsockopt(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  return bind(probe.get(), address, size) == 0 || errno == EADDRNOTAVAIL;
}

std::string PortFile(const EmbeddedPostgresOptions& options) {
  return options.directory + "/postgres.port";
}

}  // namespace

ServerIdentity IdentityIn(const std::filesystem::path& data) {
  const absl::StatusOr<std::string> key = identity::ReadSecretFile(data / "server.key");
  const absl::StatusOr<std::string> certificate = identity::ReadSecretFile(data / "server.crt");
  if (key.ok() && certificate.ok()) {
    const absl::StatusOr<identity::PrivateKey> own = identity::PrivateKey::FromPem(*key);
    const absl::StatusOr<std::string> certified = identity::PublicKeyOf(*certificate);
    // A crash between the two writes leaves files of which Postgres says that they do not match, and
    // it would not start again.
    if (own.ok() && certified.ok() && own->PublicKey() == *certified) {
      return {.key = *key, .certificate = *certificate};
    }
  }
  const identity::PrivateKey fresh = identity::PrivateKey::New();
  // libpq looks at the dates. A Raspberry Pi has no clock when it boots, so the certificate counts
  // from the first instant that a clock can show.
  return {.key = fresh.Pem(), .certificate = identity::IssueToSelf(fresh, absl::UnixEpoch())};
}

std::string AccessFile(const EmbeddedPostgresOptions& options) {
  return fmt::format("{}{} all all all scram-sha-256\n", std::string(server_files::kPgHba),
                     options.plain_text_from_afar ? "host" : "hostssl");
}

std::string SettingsFile(const EmbeddedPostgresOptions& options) {
  return fmt::format("{}shared_buffers = {}kB\nmax_connections = {}\nfsync = {}\n",
                     server_files::kPrivateServer, options.shared_buffers_bytes / 1024,
                     options.connections_max, options.fsync ? "on" : "off");
}

bool PortIsFree(int port) {
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(static_cast<uint16_t>(port));
  ipv4.sin_addr.s_addr = htonl(INADDR_ANY);
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = ipv4.sin_port;
  ipv6.sin6_addr = in6addr_any;
  return CanBind(reinterpret_cast<const sockaddr*>(&ipv4), sizeof ipv4) &&
         CanBind(reinterpret_cast<const sockaddr*>(&ipv6), sizeof ipv6);
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
  return WriteFileAtomically(PortFile(options), fmt::format("{}\n", port));
}

}  // namespace motzkin::coordinator
