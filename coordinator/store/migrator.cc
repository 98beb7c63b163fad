#include "coordinator/store/migrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "embedded_migrations.h"

namespace motzkin::coordinator {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Rows;
using postgres::Transaction;

constexpr int kServerVersionMin = 130'000;

constexpr std::string_view kPrepare = R"(
CREATE SCHEMA IF NOT EXISTS motzkin;
CREATE TABLE IF NOT EXISTS motzkin.schema_migration (
    name       text        NOT NULL,
    sha256     bytea       NOT NULL,
    breaking   boolean     NOT NULL,
    apply_time timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
))";

// Tables that are neither Postgres' own, nor of an extension, nor ours.
constexpr std::string_view kForeignTables = R"(
SELECT n.nspname || '.' || c.relname
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\_%'
   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
   AND to_regclass('motzkin.schema_migration') IS NULL
 ORDER BY 1 LIMIT 3)";

bool IsBreaking(std::string_view text) { return text.starts_with("-- breaking"); }

absl::Status CheckServer(Connection& connection) {
  ASSIGN_OR_RETURN(
      const Rows server,
      connection.Execute("SELECT current_setting('server_version_num')::integer, "
                         "current_setting('transaction_read_only'), current_database()"));
  if (server.Int(0, 0) < kServerVersionMin) {
    return absl::FailedPreconditionError("this Postgres is too old: version 13 or newer is needed");
  }
  if (server.Text(0, 1) == "on") {
    return absl::FailedPreconditionError(fmt::format(
        "database {} is read-only (a standby?): the coordinator has to write", server.Text(0, 2)));
  }
  ASSIGN_OR_RETURN(const Rows foreign, connection.Execute(kForeignTables));
  if (foreign.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("database {} belongs to another application (it holds table {}): give Motzkin an "
                  "empty database",
                  server.Text(0, 2), foreign.Text(0, 0)));
}

absl::Status Apply(Connection& connection, const Migration& migration) {
  return connection.Transact([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.ExecuteScript("SET LOCAL search_path = motzkin"));
    RETURN_IF_ERROR(transaction.ExecuteScript(migration.text));
    return transaction
        .Execute(
            "INSERT INTO motzkin.schema_migration (name, sha256, breaking) VALUES ($1, $2::bytea, "
            "$3)",
            Params()
                .Text(migration.name)
                .Bytes(Sha256(migration.text))
                .Bool(IsBreaking(migration.text)))
        .status();
  });
}

// What the database has that we do not, and what it has otherwise.
absl::Status CheckApplied(const Rows& applied, std::span<const Migration> migrations) {
  for (size_t row = 0; row < applied.size(); ++row) {
    const auto ours = std::find_if(
        migrations.begin(), migrations.end(),
        [&](const Migration& migration) { return migration.name == applied.Text(row, 0); });
    if (ours == migrations.end()) {
      if (!applied.Bool(row, 2)) continue;
      return absl::FailedPreconditionError(
          fmt::format("the database is of a newer Motzkin (migration {}): update this coordinator",
                      applied.Text(row, 0)));
    }
    if (Sha256(ours->text) != applied.Bytes(row, 1)) {
      return absl::FailedPreconditionError(fmt::format(
          "migration {} is not the one that made this database: it was edited after it was applied",
          ours->name));
    }
  }
  return absl::OkStatus();
}

absl::Status MigrateLocked(Connection& connection, std::span<const Migration> migrations) {
  RETURN_IF_ERROR(connection.Transact(
      [](Transaction& transaction) { return transaction.ExecuteScript(kPrepare); }));
  ASSIGN_OR_RETURN(
      const Rows applied,
      connection.Execute(
          "SELECT name, sha256, breaking FROM motzkin.schema_migration ORDER BY name"));
  RETURN_IF_ERROR(CheckApplied(applied, migrations));
  for (const Migration& migration : migrations) {
    bool done = false;
    for (size_t row = 0; row < applied.size(); ++row)
      done |= applied.Text(row, 0) == migration.name;
    if (!done) RETURN_IF_ERROR(Apply(connection, migration));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(Connection& connection, std::span<const Migration> migrations) {
  RETURN_IF_ERROR(CheckServer(connection));
  RETURN_IF_ERROR(connection.Execute("SET lock_timeout = '1min'").status());
  RETURN_IF_ERROR(
      connection.Execute("SELECT pg_advisory_lock(hashtext('motzkin migrate'))").status());
  absl::Status status = MigrateLocked(connection, migrations);
  // A session that broke has let go of the lock already.
  if (!connection.broken()) {
    RETURN_IF_ERROR(
        connection.Execute("SELECT pg_advisory_unlock(hashtext('motzkin migrate'))").status());
  }
  return status;
}

std::span<const Migration> Migrations() {
  static const std::vector<Migration> all = [] {
    std::vector<Migration> list;
    for (const migrations::EmbeddedFile& file : migrations::kFiles)
      list.push_back({file.name, file.text});
    return list;
  }();
  return all;
}

}  // namespace motzkin::coordinator
