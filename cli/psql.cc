// motzkin psql: a reader's psql on the cluster's database; with --data-dir also while no
// coordinator runs.
#include <absl/strings/str_cat.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "cli/operator_client.h"
#include "cli/uri.h"
#include "cli/verb.h"
#include "common/base/status_macros.h"
#include "common/process/child_process.h"

namespace motzkin::cli {
namespace {

constexpr absl::Duration kDatabaseStart =
    absl::Seconds(90);  // Recovery after a crash on an SD card.
constexpr absl::Duration kDatabaseStop = absl::Seconds(60);
constexpr size_t kUriBytesMax = 4'096;

struct PsqlOptions {
  std::string data_directory;
  std::string coordinator_binary;
};

// argv and environment of a psql on `uri`. The password goes into the environment, which other
// users of this machine cannot see, as they could the command line.
struct PsqlCommand {
  std::vector<std::string> arguments;
  std::string password;
};

PsqlCommand CommandFor(const std::string& uri, const std::vector<std::string>& arguments) {
  const UriParts parts = SplitPassword(uri);
  PsqlCommand command{.arguments = {"psql", parts.uri}, .password = parts.password};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  return command;
}

// Becomes psql; returns only if there is none.
absl::Status Exec(const PsqlCommand& command) {
  std::vector<char*> argv;
  for (const std::string& argument : command.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  if (!command.password.empty()) ::setenv("PGPASSWORD", command.password.c_str(), 1);
  ::execvp("psql", argv.data());
  return absl::ErrnoToStatus(errno, "cannot run psql (install postgresql-client)");
}

absl::StatusOr<std::string> CoordinatorBinary(const std::string& given) {
  std::error_code error;
  std::filesystem::path path = given;
  if (given.empty()) {
    path = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "coordinator";
  }
  path = std::filesystem::absolute(path, error);
  if (::access(path.c_str(), X_OK) == 0) return path.string();
  return absl::NotFoundError(absl::StrCat("no coordinator at ", path.string(),
                                          ": name it with --coordinator-binary PATH"));
}

// The first line that `child` prints.
absl::StatusOr<std::string> FirstLine(ChildProcess& child, Deadline deadline) {
  std::string line;
  char c = 0;
  while (line.size() < kUriBytesMax) {
    pollfd wait{.fd = child.output().get(), .events = POLLIN, .revents = 0};
    if (deadline.Passed()) return absl::FailedPreconditionError("the database starts too slowly");
    if (::poll(&wait, 1, deadline.PollMillis()) <= 0) continue;
    const ssize_t got = ::read(child.output().get(), &c, 1);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) return absl::FailedPreconditionError("the database did not start; see above");
    if (c == '\n') return line;
    line.push_back(c);
  }
  return absl::InternalError("the coordinator printed something else than a connection string");
}

// Runs the private server of `options.data_directory` around a psql.
absl::StatusOr<int> RunOnDirectory(const PsqlOptions& options,
                                   const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const std::string binary, CoordinatorBinary(options.coordinator_binary));
  std::error_code error;
  const std::string directory = std::filesystem::absolute(options.data_directory, error).string();
  if (!std::filesystem::is_directory(directory, error)) {
    return absl::NotFoundError(absl::StrCat("no directory ", directory));
  }
  SpawnOptions database;
  database.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  ASSIGN_OR_RETURN(
      ChildProcess server,
      ChildProcess::Spawn({binary, "--data-dir", directory, "--database-only"}, database));
  ASSIGN_OR_RETURN(const std::string uri, FirstLine(server, Deadline::After(kDatabaseStart)));
  const pid_t psql = ::fork();
  if (psql < 0) return absl::ErrnoToStatus(errno, "fork");
  if (psql == 0) {
    (void)Report(Exec(CommandFor(uri, arguments)));
    ::_exit(127);
  }
  ::signal(SIGINT, SIG_IGN);  // Ctrl-C is for psql: it ends a query, not the session.
  int status = 0;
  while (::waitpid(psql, &status, 0) < 0 && errno == EINTR) {
  }
  server.Signal(SIGTERM);
  RETURN_IF_ERROR(server.Wait(Deadline::After(kDatabaseStop)).status());
  return WIFEXITED(status) ? WEXITSTATUS(status) : kExitFailure;
}

int RunPsql(const Globals& globals, const PsqlOptions& options,
            const std::vector<std::string>& arguments) {
  if (!options.data_directory.empty()) {
    const absl::StatusOr<int> code = RunOnDirectory(options, arguments);
    return code.ok() ? *code : Report(code.status());
  }
  std::string uri;
  {
    OperatorClient client(globals.coordinator);
    const absl::StatusOr<v1::GetStatusResponse> status = client.Status();
    if (!status.ok()) return Report(status.status());
    uri = status->reader_uri();
  }
  if (uri.empty()) {
    return Report(
        absl::FailedPreconditionError("the coordinator offers no way to its database from here"));
  }
  return Report(Exec(CommandFor(uri, arguments)));
}

}  // namespace

void AddPsql(const VerbContext& context) {
  auto options = std::make_shared<PsqlOptions>();
  CLI::App* const verb = context.app.add_subcommand(
      "psql", "a read-only psql; what follows goes to psql, e.g. -c 'select * from progress'");
  verb->fallthrough(false);
  verb->prefix_command();  // Everything from the first word that is not ours belongs to psql.
  verb->add_option("--data-dir", options->data_directory,
                   "open the database of this directory, whose coordinator does not run");
  verb->add_option("--coordinator-binary", options->coordinator_binary,
                   "default: beside motzkin; it runs the database for --data-dir");
  verb->callback([context, options, verb] {
    context.action = [&globals = context.globals, options, arguments = verb->remaining()] {
      return RunPsql(globals, *options, arguments);
    };
  });
}

}  // namespace motzkin::cli
