// The configuration files of the private server, and its port.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "coordinator/postgres_server/embedded_postgres.h"

namespace motzkin::coordinator {

// motzkin.conf: sized for a Raspberry Pi. postgresql.conf includes it first, so that whoever knows
// better overrides it there.
std::string SettingsFile(const EmbeddedPostgresOptions& options);

// pg_hba.conf: the socket for our own roles, TCP with SCRAM for worker and reader, nobody else.
std::string AccessFile();

// `wanted` if it is not 0; else the one in DIR/postgres.port if it is free, else a free one.
// `attempt` > 0: the last choice was taken by someone else meanwhile; choose anew.
int ChoosePort(const EmbeddedPostgresOptions& options, int attempt);

// Nobody listens on it, on any address.
bool PortIsFree(int port);

// Remembers it for the next start.
absl::Status KeepPort(const EmbeddedPostgresOptions& options, int port);

// Replaces a file as a whole, or not at all.
absl::Status WriteFile(const std::string& path, const std::string& text);

}  // namespace motzkin::coordinator
