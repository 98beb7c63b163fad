// What libpq reads from the environment: given to Postgres' own programs, or ignored.
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
// INVALID_ARGUMENT: libpq cannot read it. The message holds no part of it.
absl::StatusOr<std::vector<std::string>> ClientEnvironment(const std::string& conninfo);

// Takes PGHOST, PGOPTIONS and the like out of this process' environment: libpq fills with them what
// a conninfo leaves out, and one of them may keep it from connecting at all. For programs whose
// databases have nothing to do with their user's. Not thread-safe: before any thread.
void IgnoreClientEnvironment();

}  // namespace motzkin::postgres
