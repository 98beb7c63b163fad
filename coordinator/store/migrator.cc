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
using postgres::Row;
using postgres::Rows;
using postgres::Transaction;

constexpr int kServerVersionMin = 130'000;

bool IsBreaking(std::string_view text) { return text.starts_with("-- breaking"); }

absl::Status CheckDatabase(Connection& connection) {
  ASSIGN_OR_RETURN(const Rows rows, connection.Execute(queries::kDatabase));
  const Row database = rows.front();
  const std::string& name = database.Text("name");
  if (database.Int("server_version") < kServerVersionMin) {
    return absl::FailedPreconditionError("this Postgres is too old: version 13 or newer is needed");
  }
  if (database.Bool("read_only")) {
    return absl::FailedPreconditionError(
        fmt::format("database {} is read-only (a standby?): the coordinator has to write", name));
  }
  if (database.Int("session") != connection.backend_pid()) {
    return absl::FailedPreconditionError(
        "between the coordinator and Postgres is a connection pooler (pgbouncer?), which may give "
        "each transaction another session: name the server itself in --postgres");
  }
  if (database.Text("encoding") != "UTF8") {
    return absl::FailedPreconditionError(
        fmt::format("database {} is encoded in {}: give Motzkin one in UTF8 (CREATE DATABASE NAME "
                    "ENCODING 'UTF8' TEMPLATE template0)",
                    name, database.Text("encoding")));
  }
  if (database.IsNull("foreign_table")) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("database {} belongs to another application (it holds table {}): give Motzkin an "
                  "empty database",
                  name, database.Text("foreign_table")));
}

absl::Status Apply(Transaction& transaction, const Migration& migration) {
  // The session has no settings of its own yet, as those come after the migrations.
  RETURN_IF_ERROR(transaction.ExecuteScript("SET LOCAL search_path = motzkin"));
  RETURN_IF_ERROR(transaction.ExecuteScript(migration.text));
  return transaction
      .Execute(queries::kAddMigration, Params()
                                           .Text(migration.name)
                                           .Bytes(Sha256(migration.text))
                                           .Bool(IsBreaking(migration.text)))
      .status();
}

const Migration* Find(std::span<const Migration> migrations, std::string_view name) {
  const auto found =
      std::find_if(migrations.begin(), migrations.end(),
                   [&](const Migration& migration) { return migration.name == name; });
  return found == migrations.end() ? nullptr : &*found;
}

// Checks that a database which has migrations has our first one. If not, its history is not ours.
absl::Status CheckHistory(const Rows& applied, std::span<const Migration> migrations) {
  // Names begin with a number, and rows come sorted by them: the first was applied first.
  const std::string_view first = migrations.front().name;
  if (applied.empty() || applied.front().Text("name") == first) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the database was made by a Motzkin from before the first release, which this one cannot "
      "read: archive its jobs with that program (motzkin archive JOB DIR), then give this one a "
      "new data directory or an empty database");
}

// Checks that migrations which both sides have are the same, and that those which only the database
// has leave it readable for us.
absl::Status CheckApplied(const Rows& applied, std::span<const Migration> migrations) {
  RETURN_IF_ERROR(CheckHistory(applied, migrations));
  for (const Row row : applied) {
    const Migration* ours = Find(migrations, row.Text("name"));
    if (ours == nullptr && row.Bool("breaking")) {
      return absl::FailedPreconditionError(
          fmt::format("the database is of a newer Motzkin (migration {}): update this coordinator",
                      row.Text("name")));
    }
    if (ours != nullptr && Sha256(ours->text) != row.Bytes("sha256")) {
      return absl::FailedPreconditionError(fmt::format(
          "migration {} is not the one that made this database: it was edited after it was applied",
          ours->name));
    }
  }
  return absl::OkStatus();
}

// Applies the first migration that is missing. Returns whether there was one.
absl::StatusOr<bool> ApplyNext(Transaction& transaction, std::span<const Migration> migrations) {
  RETURN_IF_ERROR(transaction.ExecuteScript(queries::kLockMigrations));
  ASSIGN_OR_RETURN(const Rows applied, transaction.Execute(queries::kAppliedMigrations));
  // The check is made under the lock. Another coordinator may have migrated since the last look.
  RETURN_IF_ERROR(CheckApplied(applied, migrations));
  const std::vector<std::string> done =
      applied.Map([](const Row& row) { return row.Text("name"); });
  const auto missing =
      std::find_if(migrations.begin(), migrations.end(), [&](const Migration& migration) {
        return std::find(done.begin(), done.end(), migration.name) == done.end();
      });
  if (missing == migrations.end()) return false;
  RETURN_IF_ERROR(Apply(transaction, *missing));
  return true;
}

}  // namespace

absl::Status Migrate(Connection& connection, std::span<const Migration> migrations) {
  RETURN_IF_ERROR(CheckDatabase(connection));
  RETURN_IF_ERROR(connection.Transact(
      [](Transaction& t) { return t.ExecuteScript(queries::kMakeMigrationTable); }));
  // Each migration has a transaction of its own, so what is done stays done if we are killed.
  for (bool more = true; more;) {
    RETURN_IF_ERROR(connection.Transact([&](Transaction& transaction) -> absl::Status {
      ASSIGN_OR_RETURN(more, ApplyNext(transaction, migrations));
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
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
