// For running Postgres' own programs: what libpq reads from the environment.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace motzkin::postgres {

// `conninfo` (a URI or key=value pairs) as "PGHOST=..." and the like. The environment of a process
// is its owner's secret, unlike its command line, which would show a password to everyone on the
// machine. Settings that have no variable, such as keepalives, are left out.
//
// INVALID_ARGUMENT: libpq cannot read it.
absl::StatusOr<std::vector<std::string>> ClientEnvironment(const std::string& conninfo);

}  // namespace motzkin::postgres
