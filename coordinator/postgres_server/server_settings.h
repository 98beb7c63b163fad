// Writes the configuration files of the private server and chooses its port.
#pragma once

#include <absl/status/statusor.h>

#include <filesystem>
#include <string>

#include "coordinator/postgres_server/embedded_postgres.h"

namespace motzkin::coordinator {

// Returns the text of motzkin.conf: settings/private_server.conf, and the lines that depend on
// `options`. postgresql.conf includes it; settings below the include override it.
std::string SettingsFile(const EmbeddedPostgresOptions& options);

// The server shows this to clients that speak TLS. Both are in PEM.
struct ServerIdentity {
  std::string key;
  std::string certificate;
};

// Returns what server.key and server.crt in the data directory hold. If they are missing or do not
// belong together, returns a new identity, which is for the caller to write there.
ServerIdentity IdentityIn(const std::filesystem::path& data);

// Returns the text of pg_hba.conf: settings/pg_hba.conf, and the line for other hosts.
std::string AccessFile(const EmbeddedPostgresOptions& options);

// Returns options.port if it is not 0. Otherwise returns the port in DIR/postgres.port if it is
// free, else a free one. With `attempt` > 0 the last choice was taken by another program meanwhile,
// and another port is chosen.
int ChoosePort(const EmbeddedPostgresOptions& options, int attempt);

// Whether no program listens on the port on any IPv4 address of this host.
bool PortIsFree(int port);

// Remembers the port for the next start, in DIR/postgres.port.
absl::Status KeepPort(const EmbeddedPostgresOptions& options, int port);

}  // namespace motzkin::coordinator
