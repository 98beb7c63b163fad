// motzkin psql runs psql as a reader of the cluster's database; with --data-dir also while no
// coordinator runs.
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cli/access/reader_access.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/postgres/client_environment.h"

namespace motzkin::cli {
namespace {

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
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp("psql", argv.data());
  return absl::ErrnoToStatus(errno, "cannot run psql (install postgresql-client)");
}

// Runs psql and waits, so that a private server can be stopped after it.
absl::StatusOr<int> RunAndWait(ReaderAccess& access, const std::vector<std::string>& arguments) {
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

int RunPsql(const Globals& globals, const ReaderFlags& flags,
            const std::vector<std::string>& arguments) {
  absl::StatusOr<ReaderAccess> access = ReaderAccess::Open(globals.coordinator, flags);
  if (!access.ok()) return Report(access.status());
  if (flags.data_directory.empty()) return Report(Exec(access->uri(), arguments));
  const absl::StatusOr<int> code = RunAndWait(*access, arguments);
  return code.ok() ? *code : Report(code.status());
}

}  // namespace

void AddPsql(const VerbContext& context) {
  auto flags = std::make_shared<ReaderFlags>();
  CLI::App* const verb = context.app.add_subcommand(
      "psql", "run psql, read-only; further arguments go to it, e.g. -c 'select * from progress'");
  verb->fallthrough(false);
  verb->prefix_command();  // Everything from the first word on that is not ours belongs to psql.
  AddReaderFlags(*verb, *flags, /*database=*/false);
  verb->callback([context, flags, verb] {
    context.action = [&globals = context.globals, flags, arguments = verb->remaining()] {
      return RunPsql(globals, *flags, arguments);
    };
  });
}

}  // namespace motzkin::cli
