// motzkin pause, resume, extend and cancel control a job; suspend, drain, resume and remove control
// a worker. `resume` finds out whether its name is that of a job or of a worker.
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <fmt/core.h>

#include "cli/access/operator_client.h"
#include "cli/text/json.h"
#include "cli/text/until.h"
#include "cli/verbs/verb.h"
#include "common/base/status_macros.h"
#include "common/words/words.h"
#include "common/yaml/scalar.h"

namespace motzkin::cli {
namespace {

struct ControlOptions {
  std::string name;
  std::string target;   // for extend
  std::string until;    // for suspend
  bool job = false;     // for resume: the name is a job's
  bool worker = false;  // for resume: the name is a worker's
};

absl::StatusOr<int> ControlJob(const Globals& globals, const std::string& name,
                               v1::ControlJobRequest::Verb verb, int64_t target = 0) {
  v1::ControlJobRequest request;
  request.set_job(name);
  request.set_verb(verb);
  request.set_target(target);
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ControlJobResponse response, client.Control(request));
  const v1::Job& job = response.job();
  if (globals.json) {
    PrintJson(ToJson(job));
  } else {
    fmt::print("job {} {}: {} functions stored\n", job.spec().name(), Word(job.state()),
               Grouped(job.stored()));
  }
  return kExitOk;
}

absl::StatusOr<int> ControlWorker(const Globals& globals, const std::string& name,
                                  v1::ControlWorkerRequest::Verb verb,
                                  v1::ControlWorkerRequest request = {}) {
  request.set_worker(name);
  request.set_verb(verb);
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::ControlWorkerResponse response, client.Control(request));
  const v1::Worker& worker = response.worker();
  if (globals.json) {
    PrintJson(ToJson(worker));
  } else if (verb == v1::ControlWorkerRequest::VERB_REMOVE) {
    fmt::print("worker {} removed\n", name);
  } else {
    fmt::print("worker {} {}{}{}\n", worker.name(), worker.state(),
               worker.reason().empty() ? "" : ": ", worker.reason());
  }
  return kExitOk;
}

absl::StatusOr<int> Suspend(const Globals& globals, const ControlOptions& options) {
  v1::ControlWorkerRequest request;
  if (!options.until.empty()) {
    ASSIGN_OR_RETURN(const absl::Time until,
                     ParseUntil(options.until, absl::Now(), absl::LocalTimeZone()));
    request.mutable_until()->set_seconds(absl::ToUnixSeconds(until));
  }
  return ControlWorker(globals, options.name, v1::ControlWorkerRequest::VERB_SUSPEND,
                       std::move(request));
}

// Removes a worker, or an operator if no worker has the name.
absl::StatusOr<int> Remove(const Globals& globals, const ControlOptions& options) {
  absl::StatusOr<int> worker =
      ControlWorker(globals, options.name, v1::ControlWorkerRequest::VERB_REMOVE);
  // Any other error is about a worker of that name, so no operator is meant.
  if (!absl::IsNotFound(worker.status())) return worker;
  v1::RemoveOperatorRequest request;
  request.set_name(options.name);
  OperatorClient client(globals.coordinator);
  const absl::Status removed = client.RemoveOperator(request).status();
  if (absl::IsNotFound(removed)) {
    return absl::NotFoundError(absl::StrCat("no worker and no operator ", options.name));
  }
  RETURN_IF_ERROR(removed);
  if (!globals.json) fmt::print("operator {} removed\n", options.name);
  return kExitOk;
}

absl::StatusOr<int> Extend(const Globals& globals, const ControlOptions& options) {
  ASSIGN_OR_RETURN(const int64_t target, yaml::ParseCount(options.target));
  return ControlJob(globals, options.name, v1::ControlJobRequest::VERB_EXTEND, target);
}

// Whether a job has the name, and not a worker. FAILED_PRECONDITION: both have it.
absl::StatusOr<bool> IsJob(const Globals& globals, const std::string& name) {
  OperatorClient client(globals.coordinator);
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status, client.Status());
  bool job = false;
  bool worker = false;
  for (const v1::Job& it : status.jobs()) job |= it.spec().name() == name || it.uuid() == name;
  for (const v1::Worker& it : status.workers()) worker |= it.name() == name || it.uuid() == name;
  if (job && worker) {
    return absl::FailedPreconditionError(
        absl::StrCat(name, " is a job and a worker: say --job or --worker"));
  }
  if (!job && !worker) return absl::NotFoundError(absl::StrCat("no job or worker named ", name));
  return job;
}

absl::StatusOr<int> Resume(const Globals& globals, const ControlOptions& options) {
  bool job = options.job;
  if (!options.job && !options.worker) {
    ASSIGN_OR_RETURN(job, IsJob(globals, options.name));
  }
  return job ? ControlJob(globals, options.name, v1::ControlJobRequest::VERB_RESUME)
             : ControlWorker(globals, options.name, v1::ControlWorkerRequest::VERB_RESUME);
}

template <v1::ControlJobRequest::Verb verb>
absl::StatusOr<int> JobVerb(const Globals& globals, const ControlOptions& options) {
  return ControlJob(globals, options.name, verb);
}

template <v1::ControlWorkerRequest::Verb verb>
absl::StatusOr<int> WorkerVerb(const Globals& globals, const ControlOptions& options) {
  return ControlWorker(globals, options.name, verb);
}

}  // namespace

void AddControl(const VerbContext& context) {
  const auto add = [&](const char* word, const char* help, const char* argument, auto run) {
    const Verb<ControlOptions> added = AddVerb<ControlOptions>(context, word, help, run);
    added.app.add_option(argument, added.options.name, "name or UUID")->required();
    return added;
  };
  add("pause", "stop granting a job's work; resume goes on", "JOB",
      JobVerb<v1::ControlJobRequest::VERB_PAUSE>);
  const auto resume = add("resume", "let a paused job or a suspended worker go on", "NAME", Resume);
  resume.app.add_flag("--job", resume.options.job, "the job of that name");
  resume.app.add_flag("--worker", resume.options.worker, "the worker of that name");
  const auto extend = add("extend", "raise the target of a job", "JOB", Extend);
  extend.app.add_option("TARGET", extend.options.target, "the new target, e.g. 2M")->required();
  add("cancel", "end a job for good; its results stay", "JOB",
      JobVerb<v1::ControlJobRequest::VERB_CANCEL>);
  const auto suspend =
      add("suspend", "stop a worker at once; it keeps its batches", "WORKER", Suspend);
  suspend.app.add_option("--until", suspend.options.until,
                         "resume it then: 7:00, or '2026-01-31 7:00', on this machine's clock");
  add("drain", "let a worker finish what it computes and give the rest back", "WORKER",
      WorkerVerb<v1::ControlWorkerRequest::VERB_DRAIN>);
  add("remove", "refuse a worker or an operator from now on", "NAME", Remove);
}

}  // namespace motzkin::cli
