// Brings a database to the schema of this binary. Migrations are numbered and go forward only. Each
// runs in a transaction of its own and is recorded with name and SHA-256. The lock of the table
// that records them serializes coordinators that start together.
#pragma once

#include <absl/status/status.h>

#include <span>
#include <string_view>

#include "common/postgres/connection.h"

namespace motzkin::coordinator {

// `name` begins with its number: "0001_jobs.sql". A first line `-- breaking` makes binaries that do
// not have the migration refuse to start on a database that does.
struct Migration {
  std::string_view name;
  std::string_view text;
};

// Applies those of `migrations` that are missing, in order, to schema `motzkin`, which it makes if
// need be.
//
// FAILED_PRECONDITION, in one line, and nothing is changed: the database is read-only, is not in
// UTF8, is reached through a pooler, is older than Postgres 13, belongs to another application, was
// made before the first release (the line says how to carry its data over), holds a breaking
// migration of a newer binary, or a migration that was edited since. PERMISSION_DENIED: the role
// may not create the schema. UNAVAILABLE: another migration went on for a minute.
absl::Status Migrate(postgres::Connection& connection, std::span<const Migration> migrations);

// Returns the migrations of this binary, at least one.
std::span<const Migration> Migrations();

}  // namespace motzkin::coordinator
