// Connects the verbs to `motzkin`. Each verb adds its subcommand to the app; the one that is chosen
// leaves an action behind, which main runs once all flags are read.
//
// Data goes to stdout and everything else to stderr. An action prints its own errors with Report()
// and returns the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/text/exit_code.h"
#include "cli/text/report.h"

namespace motzkin::cli {

// The flags that every verb has. They are filled in before the action runs, and outlive it.
struct Globals {
  std::string coordinator = "localhost:50051";
  bool json = false;
};

using Action = std::function<int()>;

// A verb adds itself to these. All three outlive its action.
struct VerbContext {
  CLI::App& app;
  const Globals& globals;
  Action& action;
};

void AddStart(const VerbContext& context);  // start
void AddJobs(const VerbContext& context);   // jobs
// Adds pause, resume, extend, cancel, suspend, drain and remove.
void AddControl(const VerbContext& context);
void AddWorkers(const VerbContext& context);    // workers
void AddStatus(const VerbContext& context);     // status
void AddWatch(const VerbContext& context);      // watch
void AddShow(const VerbContext& context);       // show
void AddEvents(const VerbContext& context);     // events
void AddPsql(const VerbContext& context);       // psql
void AddStats(const VerbContext& context);      // stats
void AddExport(const VerbContext& context);     // export
void AddArchive(const VerbContext& context);    // archive
void AddBackup(const VerbContext& context);     // backup
void AddRestore(const VerbContext& context);    // restore
void AddGenerate(const VerbContext& context);   // generate
void AddIntegrate(const VerbContext& context);  // integrate
void AddEvaluate(const VerbContext& context);   // evaluate

}  // namespace motzkin::cli
