// How a verb of `motzkin` plugs in: it adds its subcommand to the app and, when chosen, leaves an
// action behind, which main runs once all flags are read.
//
// Data goes to stdout, everything else to stderr. An action returns its exit code; it prints its
// own errors with Report().
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/text/exit_code.h"
#include "cli/text/report.h"

namespace motzkin::cli {

// Flags of every verb. Filled in before any action runs; outlives them.
struct Globals {
  std::string coordinator = "localhost:50051";
  bool json = false;
};

using Action = std::function<int()>;

// What a verb adds itself to. All three outlive it.
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
