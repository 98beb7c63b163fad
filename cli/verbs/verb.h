// Connects the verbs to `motzkin`. Each verb adds its subcommand to the app; the one that is chosen
// leaves an action behind, which main runs once all flags are read.
//
// Data goes to stdout and everything else to stderr.
#pragma once

#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/access/operator_client.h"
#include "cli/text/exit_code.h"

namespace motzkin::cli {

// The flags that every verb has. They are filled in before the action runs, and outlive it.
struct Globals {
  CoordinatorFlags coordinator;
  bool json = false;
};

// Returns the exit code, or an error, which main reports.
using Action = std::function<absl::StatusOr<int>()>;

// A verb adds itself to these. All three outlive its action.
struct VerbContext {
  CLI::App& app;
  const Globals& globals;
  Action& action;
};

// A verb's subcommand, and the options that its flags fill in. Both live as long as the app.
template <typename Options>
struct Verb {
  CLI::App& app;
  Options& options;
};

// Adds a subcommand that runs `run` on the globals and its options if it is chosen.
template <typename Options>
Verb<Options> AddVerb(const VerbContext& context, const std::string& name, const std::string& help,
                      absl::StatusOr<int> (*run)(const Globals&, const Options&)) {
  CLI::App* const verb = context.app.add_subcommand(name, help);
  const auto options = std::make_shared<Options>();
  verb->callback([context, options, run] {
    context.action = [&globals = context.globals, options, run] { return run(globals, *options); };
  });
  return {*verb, *options};
}
struct NoOptions {};

void AddStart(const VerbContext& context);  // start
void AddJobs(const VerbContext& context);   // jobs
// Adds pause, resume, extend, cancel, suspend, drain and remove.
void AddControl(const VerbContext& context);
void AddVoid(const VerbContext& context);         // void
void AddWorkers(const VerbContext& context);      // workers
void AddMembers(const VerbContext& context);      // approve, invite, join, operators
void AddWebPassword(const VerbContext& context);  // web-password
void AddStatus(const VerbContext& context);       // status
void AddWatch(const VerbContext& context);        // watch
void AddShow(const VerbContext& context);         // show
void AddEvents(const VerbContext& context);       // events
void AddPsql(const VerbContext& context);         // psql
void AddStats(const VerbContext& context);        // stats
void AddExport(const VerbContext& context);       // export
void AddArchive(const VerbContext& context);      // archive
void AddBackup(const VerbContext& context);       // backup
void AddRestore(const VerbContext& context);      // restore
void AddDoctor(const VerbContext& context);       // doctor
void AddGenerate(const VerbContext& context);     // generate
void AddIntegrate(const VerbContext& context);    // integrate
void AddEvaluate(const VerbContext& context);     // evaluate
void AddJudge(const VerbContext& context);        // judge
void AddTrain(const VerbContext& context);        // train
void AddClassify(const VerbContext& context);     // classify

}  // namespace motzkin::cli
