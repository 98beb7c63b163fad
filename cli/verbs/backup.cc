// motzkin backup and motzkin restore let `coordinator` do the work, where the data is. `restore
// --verify` then checks what came back.
#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <filesystem>

#include "cli/access/operator_client.h"
#include "cli/access/program_path.h"
#include "cli/verbs/recheck.h"
#include "cli/verbs/verb.h"
#include "cli/verbs/with_reader.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

struct BackupOptions {
  std::string backup;  // the directory of the backup
  std::string data_directory;
  std::string postgres;
  std::string cluster;  // the UUID that the coordinator told; empty: it was not asked
  std::string coordinator_binary;
  bool verify = false;  // of restore
  std::string integrator;
};

std::string Absolute(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).string();
}

// Returns the command line `coordinator FLAG DIRECTORY ...`.
absl::StatusOr<std::vector<std::string>> CommandOf(const std::string& flag,
                                                   const BackupOptions& options) {
  ASSIGN_OR_RETURN(const std::string binary, CoordinatorBinary(options.coordinator_binary));
  std::vector<std::string> arguments = {binary, flag, Absolute(options.backup)};
  if (!options.postgres.empty()) {
    arguments.insert(arguments.end(), {"--postgres", options.postgres});
  }
  // The key of the coordinator is there, also where the database is not.
  if (!options.data_directory.empty()) {
    arguments.insert(arguments.end(), {"--data-dir", Absolute(options.data_directory)});
  }
  if (!options.cluster.empty()) {
    arguments.insert(arguments.end(), {"--backup-of", options.cluster});
  }
  return arguments;
}

// Replaces this process by the coordinator, so that its messages and its exit code are ours. Returns
// only if that fails.
absl::Status Exec(const std::string& flag, const BackupOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<std::string> command, CommandOf(flag, options));
  return BecomeProgram(command, absl::StrCat("cannot run ", command.front()));
}

// Checks the rows of all jobs whose rows are here.
absl::Status VerifyJobs(const Globals& globals, dataset::Reader& reader,
                        const std::string& integrator, const dataset::Progress& progress) {
  ASSIGN_OR_RETURN(const std::vector<std::string> jobs, reader.JobsWithRows());
  absl::Status all;
  for (const std::string& job : jobs) {
    const absl::Status one = RecheckJob(globals, reader, job, integrator, /*tell=*/false, progress);
    // FAILED_PRECONDITION concerns this job alone: wrong rows, or functions that this version draws
    // otherwise. Other errors, such as a missing integrator, would meet the other jobs as well.
    if (!one.ok() && !absl::IsFailedPrecondition(one)) return one;
    all.Update(one);  // A job that failed does not keep the next one from being checked.
  }
  return all;
}

absl::StatusOr<int> RestoreAndVerify(const Globals& globals, const BackupOptions& options) {
  if (options.data_directory.empty()) {
    return absl::InvalidArgumentError(
        "--verify is for --data-dir: the rows of a --postgres are checked by motzkin export");
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> command, CommandOf("--restore", options));
  // A child starts with an empty environment, whereas Exec() hands ours on. The coordinator must
  // see the same settings in both cases.
  SpawnOptions inherit;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    inherit.environment.emplace_back(*variable);
  }
  inherit.input = Stream::kNull;
  inherit.output = Stream::kInherit;
  inherit.error = Stream::kInherit;
  ASSIGN_OR_RETURN(ChildProcess coordinator, ChildProcess::Spawn(command, inherit));
  ASSIGN_OR_RETURN(const ExitStatus ended, coordinator.Wait(Deadline::Never()));
  if (!ended.success()) return ended.signal != 0 ? kExitFailure : ended.code;
  ReaderFlags flags;
  flags.data_directory = options.data_directory;
  flags.coordinator_binary = options.coordinator_binary;
  const auto verify = [&](dataset::Reader& reader, const dataset::Progress& progress) {
    const absl::Status status = VerifyJobs(globals, reader, options.integrator, progress);
    return status.ok() ? absl::StatusOr<int>(kExitOk) : absl::StatusOr<int>(status);
  };
  return WithReader(globals, flags, "restore", verify);
}

absl::StatusOr<int> RunBackup(const Globals& globals, const BackupOptions& given) {
  BackupOptions options = given;
  if (options.data_directory.empty()) {
    // A running coordinator knows where its data is. It may run on another machine or on a Postgres
    // of its own, and something else may lie in that directory here, so the UUID goes along.
    OperatorClient client(globals.coordinator);
    const absl::StatusOr<v1::GetStatusResponse> status = client.Status();
    if (status.ok()) {
      options.data_directory = status->data_directory();
      options.cluster = status->cluster_uuid();
    } else if (globals.coordinator.address != Globals().coordinator.address) {
      // A user who names a coordinator wants its cluster. If none is named and none runs,
      // `coordinator` looks in the default directory.
      return status.status();
    }
  }
  return Exec("--backup", options);
}

absl::StatusOr<int> RunRestore(const Globals& globals, const BackupOptions& options) {
  if (options.data_directory.empty() && options.postgres.empty()) {
    return absl::InvalidArgumentError(
        "name the place: --data-dir DIRECTORY (a new one) or --postgres URI (an empty database)");
  }
  if (options.verify) return RestoreAndVerify(globals, options);
  return Exec("--restore", options);
}

void AddFlags(const Verb<BackupOptions>& added) {
  const auto& [verb, options] = added;
  verb.add_option("directory", options.backup, "the backup")->required();
  verb.add_option("--data-dir", options.data_directory, "the coordinator's data directory");
  verb.add_option("--postgres", options.postgres, "URI of a database of its own");
  verb.add_option("--coordinator-binary", options.coordinator_binary, "default: beside motzkin");
}

}  // namespace

void AddBackup(const VerbContext& context) {
  AddFlags(
      AddVerb(context, "backup", "write all that a cluster needs to a new directory", RunBackup));
}

void AddRestore(const VerbContext& context) {
  const auto added =
      AddVerb(context, "restore", "make a cluster from its backup, in a new place", RunRestore);
  AddFlags(added);
  added.app.add_flag("--verify", added.options.verify,
                     "then draw each function and verify each integral again");
  added.app.add_option("--integrator", added.options.integrator,
                       "the integrator binary for --verify; default: beside motzkin");
}

}  // namespace motzkin::cli
