#include "coordinator/store/migrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/sha256.h"
#include "common/base/status_macros.h"
#include "embedded_migrations.h"
#include "store_queries.h"

namespace motzkin::coordinator {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Rows;
using postgres::Transaction;

constexpr int kServerVersionMin = 130'000;

absl::Status RunScript(Connection& connection, std::string_view script) {
  return connection.Transact([&](Transaction& t) { return t.ExecuteScript(script); });
}

bool IsBreaking(std::string_view text) { return text.starts_with("-- breaking"); }

absl::Status CheckDatabase(Connection& connection) {
  ASSIGN_OR_RETURN(const Rows database, connection.Execute(queries::kDatabase));
  const std::string& name = database.Text(0, 0);
  if (database.Int(0, 1) < kServerVersionMin) {
    return absl::FailedPreconditionError("this Postgres is too old: version 13 or newer is needed");
  }
  if (database.Bool(0, 2)) {
    return absl::FailedPreconditionError(
        fmt::format("database {} is read-only (a standby?): the coordinator has to write", name));
  }
  if (database.IsNull(0, 3)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("database {} belongs to another application (it holds table {}): give Motzkin an "
                  "empty database",
                  name, database.Text(0, 3)));
}

absl::Status Apply(Connection& connection, const Migration& migration) {
  return connection.Transact([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.ExecuteScript("SET LOCAL search_path = motzkin"));
    RETURN_IF_ERROR(transaction.ExecuteScript(migration.text));
    return transaction
        .Execute(queries::kAddMigration, Params()
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
  RETURN_IF_ERROR(RunScript(connection, queries::kMakeMigrationTable));
  ASSIGN_OR_RETURN(const Rows applied, connection.Execute(queries::kAppliedMigrations));
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
  RETURN_IF_ERROR(CheckDatabase(connection));
  RETURN_IF_ERROR(RunScript(connection, queries::kLockMigrations));
  absl::Status status = MigrateLocked(connection, migrations);
  // A session that broke has let go of the lock already.
  if (!connection.broken()) {
    RETURN_IF_ERROR(connection.Execute(queries::kUnlockMigrations).status());
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
