// motzkin psql runs psql as a reader of the cluster's database; with --data-dir also while no
// coordinator runs. With --uri it tells other programs how to connect.
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cli/access/program_path.h"
#include "cli/access/reader_access.h"
#include "cli/text/report.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/postgres/client_environment.h"

namespace motzkin::cli {
namespace {

struct PsqlOptions {
  ReaderFlags reader;
  bool uri = false;
  const CLI::App* verb = nullptr;  // has the arguments that are not ours
};

// Replaces this process by psql. Returns only if that fails. The connection and its password go
// into the environment: other users of the machine can see the command line, but not that.
absl::Status Exec(const std::string& uri, const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const std::vector<std::string> variables, postgres::ClientEnvironment(uri));
  std::vector<std::string> command = {"psql"};
  for (const std::string& variable : variables) {
    const size_t equals = variable.find('=');
    const std::string name = variable.substr(0, equals);
    const std::string value = variable.substr(equals + 1);
    ::setenv(name.c_str(), value.c_str(), 1);
    // `psql -l` connects to another database unless one is named.
    if (name == "PGDATABASE") command.push_back(value);
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  return BecomeProgram(command, "cannot run psql (install postgresql-client)");
}

// Runs psql and waits, so that a private server can be stopped after it.
absl::StatusOr<int> RunAndWait(ReaderAccess& access, const std::vector<std::string>& arguments) {
  // The child allocates before it executes psql. That is safe as long as this process has one
  // thread: with --data-dir no gRPC client is made, whose threads could hold a lock.
  const pid_t psql = ::fork();
  if (psql < 0) return absl::ErrnoToStatus(errno, "fork");
  if (psql == 0) {
    (void)Report(Exec(access.uri(), arguments));
    ::_exit(127);
  }
  // Ctrl-C is meant for psql, where it ends a query and not the session. Ignored only after the
  // fork, because a program inherits ignored signals.
  ::signal(SIGINT, SIG_IGN);
  int status = 0;
  while (::waitpid(psql, &status, 0) < 0 && errno == EINTR) {
  }
  RETURN_IF_ERROR(access.Close());
  return WIFEXITED(status) ? WEXITSTATUS(status) : kExitFailure;
}

absl::StatusOr<int> RunPsql(const Globals& globals, const PsqlOptions& options) {
  ASSIGN_OR_RETURN(ReaderAccess access, ReaderAccess::Open(globals.coordinator, options.reader));
  if (options.uri) {
    fmt::print("{}\n", access.uri());
    return kExitOk;
  }
  const std::vector<std::string> arguments = options.verb->remaining();
  if (options.reader.data_directory.empty()) return Exec(access.uri(), arguments);
  return RunAndWait(access, arguments);
}

}  // namespace

void AddPsql(const VerbContext& context) {
  const auto [verb, options] = AddVerb(
      context, "psql",
      "run psql, read-only; further arguments go to it, e.g. -c 'select * from progress'", RunPsql);
  verb.fallthrough(false);
  verb.prefix_command();  // Everything from the first word on that is not ours belongs to psql.
  options.verb = &verb;
  AddReaderFlags(verb, options.reader, /*database=*/false);
  // The server of a data directory ends with the verb, so nothing could connect to it.
  verb.add_flag("--uri", options.uri,
                "print the connection string, with its password, for programs that read the views")
      ->excludes("--data-dir");
}

}  // namespace motzkin::cli
