#include "coordinator/service/operator_actions.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "common/base/status_macros.h"
#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

// A verb that moves a job into a state. EXTEND is the one that does not.
struct StateVerb {
  v1::ControlJobRequest::Verb verb;
  v1::JobState state;
  const char* participle;
};
constexpr StateVerb kStateVerbs[] = {
    {v1::ControlJobRequest::VERB_PAUSE, v1::JOB_STATE_PAUSED, "paused"},
    {v1::ControlJobRequest::VERB_RESUME, v1::JOB_STATE_RUNNING, "resumed"},
    {v1::ControlJobRequest::VERB_CANCEL, v1::JOB_STATE_CANCELLED, "cancelled"},
};

// In the order of WorkerControl.
constexpr const char* kParticiples[] = {"resumed", "suspended", "draining", "removed"};

}  // namespace

OperatorActions::OperatorActions(Store& store, SchedulerLoop& loop, OperatorViews& views,
                                 std::string where)
    : store_(store), loop_(loop), views_(views), where_(std::move(where)) {}

absl::Status OperatorActions::Do(const v1::StartJobRequest& request,
                                 v1::StartJobResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  auto job = std::make_shared<JobRecord>();  // Shared, as the order may outlive our patience.
  const auto order = [this, job, wanted = request](Store& store) -> absl::Status {
    // A call that is repeated because its answer was lost finds its job, and must not tell of a
    // second start.
    const bool repeated = store.JobByName(wanted.spec().name()).ok();
    ASSIGN_OR_RETURN(*job, store.CreateJob(wanted.spec(), wanted.request_id()));
    loop_.TellJob(*job);
    if (!repeated) Tell("job", absl::StrCat("job ", job->spec.name(), " started"));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(loop_.OnStore(order));
  ASSIGN_OR_RETURN(*response.mutable_job(), views_.Describe(*job));
  response.set_functions_room(views_.FunctionsRoom());
  return absl::OkStatus();
}

absl::Status OperatorActions::Do(const v1::ControlJobRequest& request,
                                 v1::ControlJobResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const JobRecord before, store_.JobByName(request.job()));
  const StateVerb* const verb = std::ranges::find(kStateVerbs, request.verb(), &StateVerb::verb);
  auto after = std::make_shared<JobRecord>();
  const auto order = [this, before, after, verb,
                      target = request.target()](Store& store) -> absl::Status {
    const bool stops = verb != std::end(kStateVerbs) && verb->state != v1::JOB_STATE_RUNNING;
    if (stops && before.state == v1::JOB_STATE_RUNNING) {
      // Workers stop at once, not only when the last submission under way has ended. Should the
      // order fail, the next look at the store brings the job back.
      JobRecord stopping = before;
      stopping.state = v1::JOB_STATE_PAUSED;
      loop_.TellJob(stopping);
    }
    RETURN_IF_ERROR(verb == std::end(kStateVerbs) ? store.ExtendTarget(before.id, target)
                                                  : store.SetJobState(before.id, verb->state, ""));
    ASSIGN_OR_RETURN(*after, store.Job(before.id));
    loop_.TellJob(*after);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(loop_.OnStore(order));
  const std::string done = verb == std::end(kStateVerbs)
                               ? absl::StrCat("extended to ", request.target())
                               : verb->participle;
  Tell("job", absl::StrCat("job ", before.spec.name(), " ", done));
  ASSIGN_OR_RETURN(*response.mutable_job(), views_.Describe(*after));
  return absl::OkStatus();
}

absl::Status OperatorActions::Do(const v1::ControlWorkerRequest& request,
                                 v1::ControlWorkerResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  const WorkerControl control = ToControl(request.verb());
  const absl::StatusOr<v1::Worker> found = views_.FindWorker(request.worker());
  if (absl::IsNotFound(found.status()) && control == WorkerControl::kRemoved) {
    ASSIGN_OR_RETURN(*response.mutable_worker(), RemoveSilent(request.worker(), found.status()));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(found.status());
  const v1::Worker& worker = *found;
  const absl::Time until = request.has_until() ? ToTime(request.until()) : absl::InfiniteFuture();
  const auto order = [this, worker, control, until](Store& store) -> absl::Status {
    RETURN_IF_ERROR(store.SetWorkerControl(worker.uuid(), control, until));
    loop_.TellControl(worker.uuid(), control, until);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(loop_.OnStore(order));
  if (control == WorkerControl::kRemoved) {
    // The certificate is revoked before the stream ends, because the worker dials again at once.
    // A failure is reported only after that, so that the stream ends in any case.
    const absl::Status revoked = views_.facts().revoke(worker.uuid()).status();
    loop_.Disconnect(worker.uuid(), absl::PermissionDeniedError("this worker was removed"));
    RETURN_IF_ERROR(revoked);
  }
  Tell("worker", absl::StrCat("worker ", worker.name(), " ",
                              kParticiples[static_cast<size_t>(control)], " ", OwnersOrder(until)));
  ASSIGN_OR_RETURN(*response.mutable_worker(), views_.FindWorker(worker.uuid()));
  return absl::OkStatus();
}

absl::StatusOr<v1::Worker> OperatorActions::RemoveSilent(const std::string& uuid,
                                                         const absl::Status& not_found) {
  ASSIGN_OR_RETURN(const size_t keys, views_.facts().revoke(uuid));
  if (keys == 0) return not_found;
  Tell("worker", absl::StrCat("worker ", uuid, " ",
                              kParticiples[static_cast<size_t>(WorkerControl::kRemoved)]));
  v1::Worker worker;
  worker.set_uuid(uuid);
  worker.set_name(uuid);
  worker.set_state("removed");
  return worker;
}

}  // namespace motzkin::coordinator
