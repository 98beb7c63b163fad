// motzkin psql: a reader's psql on the cluster's database; with --data-dir also while no
// coordinator runs.
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cli/access/reader_access.h"
#include "cli/verbs/uri.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"

namespace motzkin::cli {
namespace {

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
  argv.reserve(command.arguments.size() + 1);
  for (const std::string& argument : command.arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  if (!command.password.empty()) ::setenv("PGPASSWORD", command.password.c_str(), 1);
  ::execvp("psql", argv.data());
  return absl::ErrnoToStatus(errno, "cannot run psql (install postgresql-client)");
}

// Runs psql and waits, so that a private server can be stopped after it.
absl::StatusOr<int> RunAndWait(ReaderAccess& access, const std::vector<std::string>& arguments) {
  const pid_t psql = ::fork();
  if (psql < 0) return absl::ErrnoToStatus(errno, "fork");
  if (psql == 0) {
    (void)Report(Exec(CommandFor(access.uri(), arguments)));
    ::_exit(127);
  }
  ::signal(SIGINT, SIG_IGN);  // Ctrl-C is for psql: it ends a query, not the session.
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
  if (flags.data_directory.empty()) return Report(Exec(CommandFor(access->uri(), arguments)));
  const absl::StatusOr<int> code = RunAndWait(*access, arguments);
  return code.ok() ? *code : Report(code.status());
}

}  // namespace

void AddPsql(const VerbContext& context) {
  auto flags = std::make_shared<ReaderFlags>();
  CLI::App* const verb = context.app.add_subcommand(
      "psql", "a read-only psql; what follows goes to psql, e.g. -c 'select * from progress'");
  verb->fallthrough(false);
  verb->prefix_command();  // Everything from the first word that is not ours belongs to psql.
  AddReaderFlags(*verb, *flags, /*database=*/false);
  verb->callback([context, flags, verb] {
    context.action = [&globals = context.globals, flags, arguments = verb->remaining()] {
      return RunPsql(globals, *flags, arguments);
    };
  });
}

}  // namespace motzkin::cli
