#include "coordinator/service/operator_service.h"

#include "common/base/status_macros.h"
#include "coordinator/service/later.h"
#include "coordinator/service/validation.h"

namespace motzkin::coordinator {
namespace {

// With several threads, an order that waits for Postgres does not stop a look at workers.
constexpr int kThreads = 4;
constexpr size_t kCallsMax = 200;  // So many calls may wait; fewer people type at once.

}  // namespace

OperatorServiceImpl::OperatorServiceImpl(Store& store, SchedulerLoop& loop, OperatorViews& views)
    : store_(store),
      loop_(loop),
      views_(views),
      actions_(store, loop, views, ""),
      threads_(kThreads, kCallsMax) {}

void OperatorServiceImpl::Stop() {
  stopping_.Notify();
  threads_.Stop();
}

grpc::ServerUnaryReactor* OperatorServiceImpl::StartJob(grpc::CallbackServerContext* context,
                                                        const v1::StartJobRequest* request,
                                                        v1::StartJobResponse* response) {
  return Later(threads_, context, [=, this] { return actions_.Do(*request, *response); });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ControlJob(grpc::CallbackServerContext* context,
                                                          const v1::ControlJobRequest* request,
                                                          v1::ControlJobResponse* response) {
  return Later(threads_, context, [=, this] { return actions_.Do(*request, *response); });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ControlWorker(
    grpc::CallbackServerContext* context, const v1::ControlWorkerRequest* request,
    v1::ControlWorkerResponse* response) {
  return Later(threads_, context, [=, this] { return actions_.Do(*request, *response); });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::SetPagePassword(
    grpc::CallbackServerContext* context, const v1::SetPagePasswordRequest* request,
    v1::SetPagePasswordResponse*) {
  return Later(threads_, context, [=, this]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    RETURN_IF_ERROR(views_.facts().set_page_password(request->password()));
    loop_.RecordEventLater("member", request->remove() ? "the page's password was taken away"
                                                       : "the page has a new password");
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::GetResult(grpc::CallbackServerContext* context,
                                                         const v1::GetResultRequest* request,
                                                         v1::GetResultResponse* response) {
  return Later(threads_, context, [=, this] { return views_.Answer(*request, *response); });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ListEvents(grpc::CallbackServerContext* context,
                                                          const v1::ListEventsRequest* request,
                                                          v1::ListEventsResponse* response) {
  return Later(threads_, context, [=, this] { return views_.Answer(*request, *response); });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ListJobs(grpc::CallbackServerContext* context,
                                                        const v1::ListJobsRequest* request,
                                                        v1::ListJobsResponse* response) {
  return Later(threads_, context, [=, this] { return views_.Answer(*request, *response); });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::ListWorkers(grpc::CallbackServerContext* context,
                                                           const v1::ListWorkersRequest* request,
                                                           v1::ListWorkersResponse* response) {
  return Later(threads_, context, [=, this] { return views_.Answer(*request, *response); });
}

grpc::ServerUnaryReactor* OperatorServiceImpl::GetStatus(grpc::CallbackServerContext* context,
                                                         const v1::GetStatusRequest* request,
                                                         v1::GetStatusResponse* response) {
  return Later(threads_, context, [=, this] { return views_.Answer(*request, *response); });
}

}  // namespace motzkin::coordinator
