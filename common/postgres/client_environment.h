// Handles the variables that libpq reads from the environment: makes them for Postgres' own
// programs, or removes them. Tells what a conninfo sets, and makes URIs of it.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace motzkin::postgres {

// Returns `conninfo` (a URI or key=value pairs) as "PGHOST=..." and the like. The environment of a
// process is secret to its owner, while its command line would show a password to everyone on the
// machine. Settings that have no variable, such as keepalives, are left out.
//
// INVALID_ARGUMENT: libpq cannot read the conninfo. The message quotes no part of it.
absl::StatusOr<std::vector<std::string>> ClientEnvironment(const std::string& conninfo);

// Returns the keywords that a conninfo sets, such as "host". Empty if libpq cannot read it.
std::set<std::string, std::less<>> KeywordsIn(const std::string& conninfo);

// Returns the text as a part of a URI, from which libpq reads it back.
std::string PercentEncoded(std::string_view text);

// Returns a URI that opens the same database. A URI stays as it is; one that is made of key=value
// pairs names no user and nothing that a user proves himself with, as it is for programs with logins
// of their own. Empty if libpq cannot read the conninfo.
std::string UriOf(const std::string& conninfo);

// Removes PGHOST, PGOPTIONS and the like from the environment of this process. libpq fills in from
// them what a conninfo leaves out, and one of them may keep it from connecting at all. Programs
// call this whose databases have nothing to do with those of their user. Not thread-safe: call it
// before any thread starts.
void IgnoreClientEnvironment();

}  // namespace motzkin::postgres
