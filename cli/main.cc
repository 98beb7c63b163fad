// The program `motzkin` starts jobs, watches them, looks at the data, and integrates without a
// cluster.
#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "cli/text/report.h"
#include "cli/verbs/verb.h"
#include "common/base/program_start.h"
#include "common/settings/settings.h"

namespace motzkin::cli {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done, 1 failed, 2 bad usage or input, 3 coordinator not reachable, 4 not "
    "found,\n"
    "5 refused in this state, 6 no verified integral (integrate), 7 not allowed to this user.\n"
    "The coordinator is --coordinator, else $MOTZKIN_COORDINATOR, else localhost:50051.";

int Main(int argc, char** argv) {
  CLI::App app("Makes datasets of random functions and their verified integrals.", "motzkin");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", MOTZKIN_VERSION);
  Globals globals;
  std::string insecure = "no";
  app.add_option("--coordinator", globals.coordinator.address, "HOST:PORT of the coordinator")
      ->envname("MOTZKIN_COORDINATOR");
  app.add_option("--insecure", insecure,
                 "no, yes or yes-really: plain text, without certificates on either side")
      ->check(CLI::IsMember({"no", "yes", "yes-really"}));
  app.add_flag("--json", globals.json, "machine-readable output on stdout");
  app.fallthrough();

  Action action;
  const VerbContext context{app, globals, action};
  for (const auto add :
       {AddStart,       AddJobs,      AddControl,  AddVoid,   AddWorkers, AddMembers,
        AddWebPassword, AddStatus,    AddWatch,    AddShow,   AddEvents,  AddStats,
        AddExport,      AddArchive,   AddPsql,     AddDoctor, AddBackup,  AddRestore,
        AddGenerate,    AddIntegrate, AddEvaluate, AddJudge,  AddTrain,   AddClassify}) {
    add(context);
  }
  const absl::StatusOr<bool> parsed = settings::ParseFlags(app, argc, argv);
  if (!parsed.ok()) return Report(parsed.status());
  if (!*parsed) return kExitOk;
  for (const auto& [word, meaning] : identity::kInsecureWords) {
    if (word == insecure) globals.coordinator.insecure = meaning;
  }
  const absl::StatusOr<int> code = action();
  return code.ok() ? *code : Report(code.status());
}

}  // namespace
}  // namespace motzkin::cli

int main(int argc, char** argv) {
  motzkin::PrepareProgram();
  motzkin::PrepareGrpc();
  int code = motzkin::cli::kExitFailure;
  try {
    code = motzkin::cli::Main(argc, argv);
  } catch (const std::exception& error) {  // Only libraries throw, for instance std::bad_alloc.
    std::fputs(fmt::format("motzkin: {}\n", error.what()).c_str(), stderr);
  }
  // stdout is buffered, so a full disk may show only here. An answer that is cut off must not come
  // with the exit code of success.
  if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && code == motzkin::cli::kExitOk) {
    std::fputs("motzkin: cannot write to standard output\n", stderr);
    code = motzkin::cli::kExitFailure;
  }
  return code;
}
