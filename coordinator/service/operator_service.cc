#include "coordinator/service/operator_service.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

#include "common/base/status_macros.h"
#include "coordinator/service/pages.h"
#include "coordinator/service/translate.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

constexpr int kLatest = 10;
constexpr int kEventsDefault = 1000;

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

// Both tell the order of a list. The id of a job has leading zeros, so that it sorts as a number.
std::string KeyOfJob(const v1::Job& job) {
  return absl::StrCat(absl::Dec(job.id(), absl::kZeroPad12));
}
std::string KeyOfWorker(const v1::Worker& worker) {
  return absl::StrCat(worker.name(), " ", worker.uuid());  // No name has a space.
}

}  // namespace

grpc::ServerUnaryReactor* OperatorServiceImpl::StartJob(grpc::CallbackServerContext* context,
                                                        const v1::StartJobRequest* request,
                                                        v1::StartJobResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    auto job = std::make_shared<JobRecord>();  // Shared, as the order may outlive our patience.
    const auto order = [this, job, wanted = *request](Store& store) -> absl::Status {
      const bool repeated = store.JobByName(wanted.spec().name()).ok();
      ASSIGN_OR_RETURN(*job, store.CreateJob(wanted.spec(), wanted.request_id()));
      loop_.TellJob(*job);
      if (!repeated)
        loop_.RecordEventLater("job", absl::StrCat("job ", job->spec.name(), " started"));
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(loop_.OnStore(order));
    ASSIGN_OR_RETURN(*response->mutable_job(), Describe(*job));
    response->set_functions_room(FunctionsRoom());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ControlJob(grpc::CallbackServerContext* context,
                                                          const v1::ControlJobRequest* request,
                                                          v1::ControlJobResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    ASSIGN_OR_RETURN(const JobRecord before, store_.JobByName(request->job()));
    const StateVerb* const verb = std::ranges::find(kStateVerbs, request->verb(), &StateVerb::verb);
    auto after = std::make_shared<JobRecord>();
    const auto order = [this, before, after, verb,
                        target = request->target()](Store& store) -> absl::Status {
      const bool stops = verb != std::end(kStateVerbs) && verb->state != v1::JOB_STATE_RUNNING;
      if (stops && before.state == v1::JOB_STATE_RUNNING) {
        // Workers stop at once, not only when the last submission under way has ended. Should the
        // order fail, the next look at the store brings the job back.
        JobRecord stopping = before;
        stopping.state = v1::JOB_STATE_PAUSED;
        loop_.TellJob(stopping);
      }
      RETURN_IF_ERROR(verb == std::end(kStateVerbs)
                          ? store.ExtendTarget(before.id, target)
                          : store.SetJobState(before.id, verb->state, ""));
      ASSIGN_OR_RETURN(*after, store.Job(before.id));
      loop_.TellJob(*after);
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(loop_.OnStore(order));
    const std::string done = verb == std::end(kStateVerbs)
                                 ? absl::StrCat("extended to ", request->target())
                                 : verb->participle;
    loop_.RecordEventLater("job", absl::StrCat("job ", before.spec.name(), " ", done));
    ASSIGN_OR_RETURN(*response->mutable_job(), Describe(*after));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ControlWorker(
    grpc::CallbackServerContext* context, const v1::ControlWorkerRequest* request,
    v1::ControlWorkerResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    ASSIGN_OR_RETURN(const v1::Worker worker, FindWorker(request->worker()));
    const WorkerControl control = ToControl(request->verb());
    const auto order = [this, worker, control](Store& store) -> absl::Status {
      RETURN_IF_ERROR(store.SetWorkerControl(worker.uuid(), control));
      loop_.TellControl(worker.uuid(), control);
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(loop_.OnStore(order));
    if (control == WorkerControl::kRemoved) {
      const absl::Status revoked = facts_.revoke(worker.uuid());
      loop_.Disconnect(worker.uuid(), absl::PermissionDeniedError("this worker was removed"));
      RETURN_IF_ERROR(revoked);
    }
    loop_.RecordEventLater("worker", absl::StrCat("worker ", worker.name(), " ",
                                                  kParticiples[static_cast<size_t>(control)],
                                                  " by order of its owner"));
    ASSIGN_OR_RETURN(*response->mutable_worker(), FindWorker(worker.uuid()));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::GetResult(grpc::CallbackServerContext* context,
                                                         const v1::GetResultRequest* request,
                                                         v1::GetResultResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    ASSIGN_OR_RETURN(const JobRecord job, store_.JobByName(request->job()));
    if (job.archived.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the rows of job ", job.spec.name(), " were archived on ",
                       absl::FormatTime("%Y-%m-%d", *job.archived, absl::UTCTimeZone()),
                       ": look in the files of motzkin archive"));
    }
    ASSIGN_OR_RETURN(const StoredResult stored,
                     store_.figures().GetResult(job.id, request->index()));
    ASSIGN_OR_RETURN(*response->mutable_job(), Describe(job));
    *response->mutable_result() = stored.result;
    response->set_worker(stored.worker_name);
    response->set_attempt(stored.attempt);
    response->mutable_create_time()->set_seconds(absl::ToUnixSeconds(stored.created));
    response->set_split(stored.split);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ListEvents(grpc::CallbackServerContext* context,
                                                          const v1::ListEventsRequest* request,
                                                          v1::ListEventsResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    const absl::Time since = absl::FromUnixSeconds(request->since().seconds()) +
                             absl::Nanoseconds(request->since().nanos());
    const int limit = request->limit() == 0 ? kEventsDefault : request->limit();
    ASSIGN_OR_RETURN(const std::vector<EventRecord> events, store_.Events(since, limit));
    auto first = events.end();
    for (size_t bytes = 0; first != events.begin(); --first) {
      constexpr size_t kRest = 64;  // The time, and what frames the event.
      bytes += std::prev(first)->text.size() + std::prev(first)->kind.size() + kRest;
      if (bytes > kListBytesMax) break;
    }
    response->set_left_out(static_cast<int32_t>(first - events.begin()));
    for (auto event = first; event != events.end(); ++event) {
      v1::Event& proto = *response->add_events();
      const int64_t nanos = absl::ToUnixNanos(event->time);
      proto.mutable_time()->set_seconds(nanos / 1'000'000'000);
      proto.mutable_time()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
      proto.set_text(event->text);
      proto.set_kind(event->kind);
    }
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ListJobs(grpc::CallbackServerContext* context,
                                                        const v1::ListJobsRequest* request,
                                                        v1::ListJobsResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(ValidatePage(request->page_size(), request->page_token()));
    ASSIGN_OR_RETURN(std::vector<v1::Job> jobs, DescribeJobs());
    response->set_next_page_token(FillPage(std::move(jobs), KeyOfJob, request->page_token(),
                                           request->page_size(), *response->mutable_jobs()));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ListWorkers(grpc::CallbackServerContext* context,
                                                           const v1::ListWorkersRequest* request,
                                                           v1::ListWorkersResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(ValidatePage(request->page_size(), request->page_token()));
    ASSIGN_OR_RETURN(std::vector<v1::Worker> workers, DescribeWorkers());
    response->set_next_page_token(FillPage(std::move(workers), KeyOfWorker, request->page_token(),
                                           request->page_size(), *response->mutable_workers()));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::GetStatus(grpc::CallbackServerContext* context,
                                                         const v1::GetStatusRequest*,
                                                         v1::GetStatusResponse* response) {
  return Later(context, [=, this]() -> absl::Status {
    response->set_cluster_uuid(store_.cluster_uuid());
    response->set_build(facts_.build);
    response->set_psql(facts_.psql);
    response->set_reader_uri(facts_.reader_uri);
    response->set_data_directory(facts_.data_directory);
    const DiskSpace disk = facts_.disk();
    response->set_disk_free_bytes(disk.free_bytes);
    response->set_disk_total_bytes(disk.total_bytes);
    ASSIGN_OR_RETURN(std::vector<v1::Job> jobs, DescribeJobs());
    response->set_next_jobs_token(
        FillPage(std::move(jobs), KeyOfJob, "", 0, *response->mutable_jobs()));
    ASSIGN_OR_RETURN(std::vector<v1::Worker> workers, DescribeWorkers());
    response->set_next_workers_token(
        FillPage(std::move(workers), KeyOfWorker, "", 0, *response->mutable_workers()));
    ASSIGN_OR_RETURN(*response->mutable_blocked(), loop_.Blocked());
    ASSIGN_OR_RETURN(const std::vector<v1::Result> latest,
                     store_.figures().LatestIntegrated(kLatest));
    size_t bytes = 0;
    for (const v1::Result& result : latest) {
      bytes += result.ByteSizeLong();
      if (bytes > kListBytesMax) break;
      *response->add_latest() = result;
    }
    return absl::OkStatus();
  });
}

}  // namespace motzkin::coordinator
