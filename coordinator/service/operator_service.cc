#include "coordinator/service/operator_service.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "common/base/status_macros.h"
#include "coordinator/service/grpc_status.h"
#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

constexpr int kLatest = 10;
constexpr int kEventsDefault = 1000;

absl::Status RunJobVerb(Store& store, int64_t job, const v1::ControlJobRequest& request) {
  switch (request.verb()) {
    case v1::ControlJobRequest::VERB_PAUSE:
      return store.SetJobPhase(job, JobPhase::kPaused, "");
    case v1::ControlJobRequest::VERB_RESUME:
      return store.SetJobPhase(job, JobPhase::kRunning, "");
    case v1::ControlJobRequest::VERB_CANCEL:
      return store.SetJobPhase(job, JobPhase::kCancelled, "");
    default:
      return store.ExtendTarget(job, request.target());
  }
}

std::string Sentence(const v1::ControlJobRequest& request, const std::string& name) {
  switch (request.verb()) {
    case v1::ControlJobRequest::VERB_PAUSE:
      return absl::StrCat("job ", name, " paused");
    case v1::ControlJobRequest::VERB_RESUME:
      return absl::StrCat("job ", name, " resumed");
    case v1::ControlJobRequest::VERB_CANCEL:
      return absl::StrCat("job ", name, " cancelled");
    default:
      return absl::StrCat("job ", name, " extended to ", request.target());
  }
}

bool Stops(const v1::ControlJobRequest& request) {
  return request.verb() == v1::ControlJobRequest::VERB_PAUSE ||
         request.verb() == v1::ControlJobRequest::VERB_CANCEL;
}

const char* Participle(WorkerControl control) {
  switch (control) {
    case WorkerControl::kSuspend:
      return "suspended";
    case WorkerControl::kDrain:
      return "draining";
    case WorkerControl::kRemoved:
      return "removed";
    case WorkerControl::kRun:
      return "resumed";
  }
  return "";
}

}  // namespace

absl::Status OperatorServiceImpl::StartJobNow(const v1::StartJobRequest& request,
                                              v1::StartJobResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  auto job = std::make_shared<JobRecord>();  // Shared, as the order may outlive our patience.
  const auto order = [this, job, request](Store& store) -> absl::Status {
    const bool repeated = store.JobByName(request.spec().name()).ok();
    ASSIGN_OR_RETURN(*job, store.CreateJob(request.spec(), request.request_id()));
    loop_.TellJob(*job);
    if (!repeated)
      loop_.RecordEventLater("job", absl::StrCat("job ", job->spec.name(), " started"));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(loop_.OnStore(order));
  ASSIGN_OR_RETURN(*response.mutable_job(), Describe(*job));
  response.set_functions_room(FunctionsRoom());
  return absl::OkStatus();
}

absl::Status OperatorServiceImpl::ControlJobNow(const v1::ControlJobRequest& request,
                                                v1::ControlJobResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const JobRecord before, store_.JobByName(request.job()));
  auto after = std::make_shared<JobRecord>();
  const auto order = [this, before, after, request](Store& store) -> absl::Status {
    if (Stops(request) && before.phase == JobPhase::kRunning) {
      // Workers stop at once, not only when the last submission under way has ended. Should the
      // order fail, the next look at the store brings the job back.
      JobRecord stopping = before;
      stopping.phase = JobPhase::kPaused;
      loop_.TellJob(stopping);
    }
    RETURN_IF_ERROR(RunJobVerb(store, before.id, request));
    ASSIGN_OR_RETURN(*after, store.Job(before.id));
    loop_.TellJob(*after);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(loop_.OnStore(order));
  loop_.RecordEventLater("job", Sentence(request, before.spec.name()));
  ASSIGN_OR_RETURN(*response.mutable_job(), Describe(*after));
  return absl::OkStatus();
}

absl::Status OperatorServiceImpl::ControlWorkerNow(const v1::ControlWorkerRequest& request,
                                                   v1::ControlWorkerResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const v1::Worker worker, FindWorker(request.worker()));
  const WorkerControl control = ToControl(request.verb());
  const auto order = [this, worker, control](Store& store) -> absl::Status {
    RETURN_IF_ERROR(store.SetWorkerControl(worker.uuid(), control));
    loop_.TellControl(worker.uuid(), control);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(loop_.OnStore(order));
  if (control == WorkerControl::kRemoved) {
    loop_.Disconnect(worker.uuid(), absl::PermissionDeniedError("this worker was removed"));
  }
  loop_.RecordEventLater("worker", absl::StrCat("worker ", worker.name(), " ", Participle(control),
                                                " by order of its owner"));
  ASSIGN_OR_RETURN(*response.mutable_worker(), FindWorker(worker.uuid()));
  return absl::OkStatus();
}

absl::Status OperatorServiceImpl::GetResultNow(const v1::GetResultRequest& request,
                                               v1::GetResultResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request.job()));
  if (job.archived.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the rows of job ", job.spec.name(), " were archived on ",
                     absl::FormatTime("%Y-%m-%d", *job.archived, absl::UTCTimeZone()),
                     ": look in the files of motzkin archive"));
  }
  ASSIGN_OR_RETURN(const StoredResult stored, store_.GetResult(job.id, request.index()));
  ASSIGN_OR_RETURN(*response.mutable_job(), Describe(job));
  *response.mutable_result() = stored.result;
  response.set_worker(stored.worker_name);
  response.set_attempt(stored.attempt);
  response.mutable_create_time()->set_seconds(absl::ToUnixSeconds(stored.created));
  response.set_split(stored.split);
  return absl::OkStatus();
}

absl::Status OperatorServiceImpl::ListEventsNow(const v1::ListEventsRequest& request,
                                                v1::ListEventsResponse& response) {
  RETURN_IF_ERROR(Validate(request));
  const absl::Time since =
      absl::FromUnixSeconds(request.since().seconds()) + absl::Nanoseconds(request.since().nanos());
  const int limit = request.limit() == 0 ? kEventsDefault : request.limit();
  ASSIGN_OR_RETURN(const std::vector<EventRecord> events, store_.Events(since, limit));
  for (const EventRecord& event : events) {
    v1::Event& proto = *response.add_events();
    const int64_t nanos = absl::ToUnixNanos(event.time);
    proto.mutable_time()->set_seconds(nanos / 1'000'000'000);
    proto.mutable_time()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
    proto.set_text(event.text);
    proto.set_kind(event.kind);
  }
  return absl::OkStatus();
}

absl::Status OperatorServiceImpl::GetStatusNow(v1::GetStatusResponse& response) {
  response.set_cluster_uuid(store_.cluster_uuid());
  response.set_build(facts_.build);
  response.set_psql(facts_.psql);
  response.set_reader_uri(facts_.reader_uri);
  response.set_data_directory(facts_.data_directory);
  const DiskSpace disk = facts_.disk();
  response.set_disk_free_bytes(disk.free_bytes);
  response.set_disk_total_bytes(disk.total_bytes);
  ASSIGN_OR_RETURN(const std::vector<v1::Job> jobs, DescribeJobs());
  response.mutable_jobs()->Add(jobs.begin(), jobs.end());
  ASSIGN_OR_RETURN(const std::vector<v1::Worker> workers, DescribeWorkers());
  response.mutable_workers()->Add(workers.begin(), workers.end());
  ASSIGN_OR_RETURN(*response.mutable_blocked(), loop_.Blocked());
  ASSIGN_OR_RETURN(const std::vector<v1::Result> latest, store_.LatestIntegrated(kLatest));
  response.mutable_latest()->Add(latest.begin(), latest.end());
  return absl::OkStatus();
}

}  // namespace motzkin::coordinator
