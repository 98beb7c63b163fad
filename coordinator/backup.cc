#include "coordinator/backup.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backup_queries.h"
#include "common/base/status_macros.h"
#include "common/identity/private_file.h"
#include "common/postgres/client_environment.h"
#include "common/postgres/connection.h"
#include "common/process/child_process.h"
#include "common/process/durable_file.h"
#include "coordinator/backup_manifest.h"
#include "coordinator/postgres_server/cluster_place.h"
#include "coordinator/postgres_server/leftover_server.h"
#include "coordinator/postgres_server/postgres_binaries.h"
#include "coordinator/service/authority.h"
#include "coordinator/store/store.h"

namespace motzkin::coordinator {
namespace {

namespace fs = std::filesystem;
using postgres::Connection;
using postgres::Params;
using postgres::Rows;

// A private database is restored here, so that one which was broken off is not taken for whole.
constexpr char kDraft[] = "/restore.partial";
constexpr absl::Duration kStopPatience = absl::Seconds(30);

// A database to work on. It is one that runs already, or the private one, which `server` keeps
// running for as long as this object lives.
struct Database {
  std::string conninfo;
  std::unique_ptr<EmbeddedPostgres> server;
};

// Returns the connection to the private server that another process, a coordinator, runs in `data`.
// Postgres writes its port and socket directory into lines 4 and 5 of postmaster.pid; they are
// missing while it starts.
absl::StatusOr<std::string> RunningConninfo(const std::string& data) {
  std::ifstream file(data + "/postmaster.pid");
  std::string line, port, socket_directory;
  for (int i = 0; i < 3; ++i) std::getline(file, line);
  if (!std::getline(file, port) || !std::getline(file, socket_directory)) {
    return absl::UnavailableError(
        fmt::format("the Postgres in {} is just starting or stopping", data));
  }
  return fmt::format("host='{}' port={} user=motzkin_owner dbname=motzkin", socket_directory, port);
}

absl::Status WrongPlace(const Config& config) {
  return absl::FailedPreconditionError(fmt::format(
      "the coordinator of cluster {} does not keep its database in {} of this machine: run motzkin "
      "backup where the coordinator runs, or name the database with --data-dir or --postgres",
      config.backup_of.substr(0, 8), config.data_directory));
}

absl::StatusOr<Database> OpenSource(const Config& config) {
  if (!config.postgres.empty()) return Database{.conninfo = config.postgres, .server = nullptr};
  const std::string data = PlaceOfCluster(config.data_directory);
  // A second server cannot run on these files, so use the one that runs.
  if (RunningServer(data) != 0) {
    ASSIGN_OR_RETURN(std::string conninfo, RunningConninfo(data));
    return Database{.conninfo = std::move(conninfo), .server = nullptr};
  }
  // A cluster that moved may have left older data here, with the same UUID.
  if (!config.backup_of.empty()) return WrongPlace(config);
  std::error_code error;
  if (!fs::exists(data, error)) {
    // Check before the start, which would make an empty database.
    return absl::FailedPreconditionError(
        fmt::format("there is no database in {}: name its data directory with --data-dir, or "
                    "another Postgres with --postgres URI",
                    config.data_directory));
  }
  ASSIGN_OR_RETURN(auto server, EmbeddedPostgres::Start(PostgresOptionsOf(config)));
  std::string conninfo = server->OwnerConninfo();
  return Database{.conninfo = std::move(conninfo), .server = std::move(server)};
}

// Finds the newest version of `name`, since pg_dump and pg_restore work with every older server and
// refuse newer ones. /usr/bin comes second: on Debian it has a wrapper that picks a version itself.
absl::StatusOr<std::string> FindProgram(const std::string& name) {
  std::string best;
  int best_version = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const std::string path = entry.path() / "bin" / name;
    const int version = std::atoi(entry.path().filename().c_str());
    if (version <= best_version || access(path.c_str(), X_OK) != 0) continue;
    best = path;
    best_version = version;
  }
  for (const char* directory : {"/usr/bin/", "/usr/local/bin/", "/usr/local/pgsql/bin/"}) {
    if (best.empty() && access((directory + name).c_str(), X_OK) == 0) best = directory + name;
  }
  if (!best.empty()) return best;
  return absl::NotFoundError(
      fmt::format("{} is not installed (Debian: apt install postgresql-client)", name));
}

// Runs a program of Postgres on a database. The connection, with its password, goes through the
// environment: arguments can be seen by every user of the machine. The messages go to the file
// `log`, which is removed afterwards.
absl::Status RunProgram(const std::string& name, std::vector<std::string> arguments,
                        const std::string& conninfo, const std::string& log) {
  ASSIGN_OR_RETURN(std::string path, FindProgram(name));
  arguments.insert(arguments.begin(), std::move(path));
  SpawnOptions options;
  ASSIGN_OR_RETURN(options.environment, postgres::ClientEnvironment(conninfo));
  for (const char* fixed : {"LC_ALL=C", "PATH=/usr/bin:/bin"}) {
    options.environment.emplace_back(fixed);
  }
  options.input = options.output = Stream::kNull;
  options.error = Stream::kFile;
  options.error_file = log;
  // A dump holds passwords.
  options.before_exec = [] {
    umask(077);
    return 0;
  };
  ASSIGN_OR_RETURN(ChildProcess child, ChildProcess::Spawn(arguments, options));
  // There is no telling how long a large database takes on a slow disk; the user may end us.
  ASSIGN_OR_RETURN(const ExitStatus status, child.Wait(Deadline::Never()));
  const std::string words = LastWords(log);
  std::error_code ignored;
  fs::remove(log, ignored);
  if (status.success()) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("{} failed ({}): {}", name, status.ToString(), words));
}

// Describes the cluster for the manifest. Call it before the dump: everything stored by `time` is
// then in the backup, and a little more may be. The other order would promise too much.
absl::StatusOr<nlohmann::json> Describe(const std::string& conninfo) {
  ASSIGN_OR_RETURN(const auto connection, Connection::Open(conninfo));
  ASSIGN_OR_RETURN(const Rows ours, connection->Execute(backup_queries::kDatabase));
  if (!ours.front().Bool("has_cluster")) {
    return absl::FailedPreconditionError(
        fmt::format("database {} holds no Motzkin cluster", ours.front().Text("name")));
  }
  ASSIGN_OR_RETURN(const Rows found, connection->Execute(backup_queries::kDescribeCluster));
  const postgres::Row cluster = found.front();
  return nlohmann::json{{"format", kBackupFormat},
                        {"cluster_uuid", cluster.Text("uuid")},
                        {"incarnation", cluster.Int("incarnation")},
                        {"time", cluster.Int("time")},
                        {"motzkin", MOTZKIN_VERSION},
                        {"postgres", cluster.Int("postgres")},
                        {"jobs", cluster.Int("jobs")},
                        {"functions", cluster.Int("functions")}};
}

// Where the coordinator of a data directory keeps its key.
fs::path KeyFile(const std::string& data_directory) {
  return fs::path(data_directory) / kIdentityFolder / kCoordinatorFile;
}

// Copies the coordinator's key into a backup. A coordinator that runs with --insecure has none.
absl::Status CopyKey(const fs::path& from, const fs::path& to) {
  const absl::StatusOr<std::string> key = identity::ReadSecretFile(from);
  if (absl::IsNotFound(key.status())) return absl::OkStatus();
  RETURN_IF_ERROR(key.status());
  return identity::WriteSecretFile(to, *key);
}

// Takes the coordinator's key out of a backup, before the database: without it the members would not
// know the restored coordinator again. Returns whether it has written the file.
absl::StatusOr<bool> RestoreKey(const Config& config) {
  const absl::StatusOr<std::string> key =
      identity::ReadSecretFile(fs::path(config.restore_from) / kCoordinatorFile);
  if (absl::IsNotFound(key.status())) return false;  // a backup of before there were keys
  RETURN_IF_ERROR(key.status());
  const fs::path file = KeyFile(config.data_directory);
  const absl::StatusOr<std::string> present = identity::ReadSecretFile(file);
  if (present.ok() && *present == *key) return false;
  if (!absl::IsNotFound(present.status())) {
    return absl::FailedPreconditionError(
        fmt::format("{} is the key of another coordinator: name a new --data-dir", file.string()));
  }
  std::error_code error;
  fs::create_directories(config.data_directory, error);
  RETURN_IF_ERROR(identity::WriteSecretFile(file, *key));
  return true;
}

absl::Status FillBackup(const Config& config, const std::string& conninfo,
                        const std::string& directory, nlohmann::json& manifest) {
  RETURN_IF_ERROR(CopyKey(KeyFile(config.data_directory), fs::path(directory) / kCoordinatorFile));
  ASSIGN_OR_RETURN(manifest, Describe(conninfo));
  const bool other = !config.backup_of.empty() && manifest["cluster_uuid"] != config.backup_of;
  if (other) return WrongPlace(config);
  // Owners and rights name roles of this server. Where the backup is restored, Store::Open() makes
  // the roles and grants anew.
  RETURN_IF_ERROR(RunProgram("pg_dump",
                             {"--format=custom", "--schema=motzkin", "--no-owner",
                              "--no-privileges", "--file=" + directory + kBackupDump},
                             conninfo, directory + "/log"));
  std::error_code error;
  manifest["bytes"] = fs::file_size(directory + kBackupDump, error);
  // pg_dump has synced the dump.
  return WriteFileAtomically(directory + kBackupManifest, manifest.dump(2) + "\n");
}

absl::StatusOr<int64_t> FillDatabase(const std::string& conninfo, const std::string& backup,
                                     const nlohmann::json& manifest, const std::string& log) {
  ASSIGN_OR_RETURN(const auto connection, Connection::Open(conninfo));
  ASSIGN_OR_RETURN(const Rows found, connection->Execute(backup_queries::kDatabase));
  const postgres::Row database = found.front();
  // Other schemas may be there: a backup consists of the schema motzkin and touches nothing else.
  if (database.Bool("has_schema")) {
    return absl::FailedPreconditionError(
        fmt::format("database {} holds a Motzkin cluster already: restore into an empty one",
                    database.Text("name")));
  }
  RETURN_IF_ERROR(RunProgram("pg_restore",
                             {"--dbname=" + database.Text("name"), "--no-owner", "--no-privileges",
                              "--single-transaction", "--exit-on-error", backup + kBackupDump},
                             conninfo, log));
  // pg_restore worked in one transaction, so the tables are all there or none is. This makes it the
  // next incarnation, so that attempts of the old cluster and the new one cannot have the same
  // numbers. Until then no coordinator starts on it.
  const absl::StatusOr<Rows> marked = connection->Execute(
      backup_queries::kMarkRestored, Params().Int(manifest["time"].get<int64_t>()));
  // Opening the store migrates what an older Motzkin wrote, and makes the roles, which are not in a
  // dump.
  absl::Status opened = marked.ok() ? Store::Open(conninfo).status() : marked.status();
  if (opened.ok()) return marked->front().Int("incarnation");
  connection->Execute(backup_queries::kDropSchema).IgnoreError();
  return opened;
}

// Removes what a restore that was broken off left in its draft. The data may lie elsewhere
// (PlaceOfCluster()), and its server may just be ending.
absl::Status RemoveDraft(const std::string& draft) {
  const std::string data = PlaceOfCluster(draft);
  RETURN_IF_ERROR(StopLeftoverServer(data, kStopPatience));
  std::error_code error;
  fs::remove_all(data, error);
  fs::remove_all(draft, error);
  return error ? absl::FailedPreconditionError(
                     fmt::format("cannot remove {}: {}", draft, error.message()))
               : absl::OkStatus();
}

absl::Status CannotMake(const std::string& path, const std::error_code& error) {
  return absl::FailedPreconditionError(fmt::format("cannot make {}: {}", path, error.message()));
}

absl::StatusOr<int64_t> FillPrivate(const Config& config, const nlohmann::json& manifest) {
  std::error_code error;
  const std::string target = config.data_directory + "/postgres";
  if (fs::exists(fs::symlink_status(target, error))) {
    return absl::FailedPreconditionError(fmt::format(
        "{} holds a database already: restore into a new data directory", config.data_directory));
  }
  EmbeddedPostgresOptions options = PostgresOptionsOf(config);
  options.directory += kDraft;
  RETURN_IF_ERROR(RemoveDraft(options.directory));
  absl::StatusOr<int64_t> incarnation = 0;
  {
    // The server has to stop at the end of this block, before its files are moved.
    ASSIGN_OR_RETURN(const auto server, EmbeddedPostgres::Start(options));
    incarnation = FillDatabase(server->OwnerConninfo(), config.restore_from, manifest,
                               options.directory + "/restore.log");
  }
  if (incarnation.ok()) {
    // This moves the link if the data lies elsewhere.
    fs::rename(options.directory + "/postgres", target, error);
    if (error) incarnation = CannotMake(target, error);
    // All that is stored in it from now on must not be lost with its name.
    const absl::Status synced = SyncDirectory(config.data_directory);
    if (!synced.ok()) incarnation = synced;
  }
  RETURN_IF_ERROR(RemoveDraft(options.directory));
  return incarnation;
}

// Names the directory itself. A draft is named by appending to this, and after a slash it would lie
// inside of the directory whose place it takes.
std::string WithoutSlash(const fs::path& directory) {
  const fs::path normal = directory.lexically_normal();
  return normal.has_filename() ? normal.string() : normal.parent_path().string();
}

// A cluster in the folder of its backup would change that, and could not be restored again.
absl::Status CheckApart(const fs::path& data, const fs::path& backup) {
  std::error_code ignored;  // A path that cannot be followed is refused elsewhere.
  const fs::path inside =
      fs::weakly_canonical(data, ignored).lexically_relative(fs::weakly_canonical(backup, ignored));
  if (inside.empty() || *inside.begin() == "..") return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("--data-dir {} is in the backup: name a directory apart from it", data.string()));
}

}  // namespace

absl::Status WriteBackup(const Config& config) {
  std::error_code error;
  const std::string target = WithoutSlash(fs::absolute(config.backup_to, error));
  if (fs::exists(target, error) && !fs::is_empty(target, error)) {
    return absl::FailedPreconditionError(
        fmt::format("{} is not empty: name a new directory for each backup", target));
  }
  ASSIGN_OR_RETURN(const Database source, OpenSource(config));
  // The directory gets its name at the very end, so a backup that was cut off by a power loss is
  // not taken for a whole one. The draft of such a backup is removed here.
  const std::string draft = target + ".partial";
  fs::remove_all(draft, error);
  fs::create_directories(draft, error);
  if (error || chmod(draft.c_str(), 0700) != 0) {
    return absl::FailedPreconditionError(fmt::format("cannot write to {}", draft));
  }
  nlohmann::json manifest;
  absl::Status made = FillBackup(config, source.conninfo, draft, manifest);
  if (made.ok()) {
    fs::rename(draft, target, error);
    made = error ? CannotMake(target, error) : SyncDirectory(fs::path(target).parent_path());
  }
  if (!made.ok()) {
    fs::remove_all(draft, error);
    return made;
  }
  fmt::print("backup of cluster {} as of {}: {} jobs, {} functions, {:.1f} MB in {}\n",
             manifest["cluster_uuid"].get<std::string>().substr(0, 8), TimeOfBackup(manifest),
             manifest["jobs"].get<int64_t>(), manifest["functions"].get<int64_t>(),
             manifest["bytes"].get<double>() / 1e6, target);
  return absl::OkStatus();
}

absl::Status RestoreBackup(const Config& config) {
  ASSIGN_OR_RETURN(const nlohmann::json manifest, ReadManifest(config.restore_from));
  RETURN_IF_ERROR(CheckApart(config.data_directory, config.restore_from));
  ASSIGN_OR_RETURN(const bool wrote_key, RestoreKey(config));
  absl::StatusOr<int64_t> incarnation = 0;
  if (config.postgres.empty()) {
    incarnation = FillPrivate(config, manifest);
  } else {
    incarnation = FillDatabase(
        config.postgres, config.restore_from, manifest,
        fmt::format("{}/motzkin-restore-{}.log", fs::temp_directory_path().string(), ::getpid()));
  }
  if (!incarnation.ok() && wrote_key) {
    std::error_code ignored;
    fs::remove_all(KeyFile(config.data_directory).parent_path(), ignored);
  }
  RETURN_IF_ERROR(incarnation.status());
  fmt::print(
      "cluster {} is restored as of {} (incarnation {}). Start its coordinator here, and never "
      "start the old one again. Functions that were stored later are computed again.\n",
      manifest["cluster_uuid"].get<std::string>().substr(0, 8), TimeOfBackup(manifest),
      *incarnation);
  return absl::OkStatus();
}

}  // namespace motzkin::coordinator
