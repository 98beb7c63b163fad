// The gRPC service for people: it carries out the verbs of `motzkin`. It validates and translates;
// the calls wait for store and scheduler on a few threads of this object.
//
// Thread-safe. Stop() finishes the calls that were begun and is idempotent; later calls get
// UNAVAILABLE.
#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <string>
#include <vector>

#include "common/base/timed_wait.h"
#include "coordinator/service/operator_actions.h"
#include "coordinator/service/operator_views.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/service/task_queue.h"
#include "coordinator/store/store.h"
#include "motzkin/v1/operator_service.grpc.pb.h"

namespace motzkin::coordinator {

class OperatorServiceImpl final : public v1::OperatorService::CallbackService {
 public:
  // The arguments must outlive the server that serves this.
  OperatorServiceImpl(Store& store, SchedulerLoop& loop, OperatorViews& views);
  ~OperatorServiceImpl() override { Stop(); }

  void Stop();

  grpc::ServerUnaryReactor* StartJob(grpc::CallbackServerContext*, const v1::StartJobRequest*,
                                     v1::StartJobResponse*) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext*, const v1::ListJobsRequest*,
                                     v1::ListJobsResponse*) override;
  grpc::ServerUnaryReactor* ControlJob(grpc::CallbackServerContext*, const v1::ControlJobRequest*,
                                       v1::ControlJobResponse*) override;
  grpc::ServerUnaryReactor* DropArchivedRows(grpc::CallbackServerContext*,
                                             const v1::DropArchivedRowsRequest*,
                                             v1::DropArchivedRowsResponse*) override;
  grpc::ServerUnaryReactor* VoidRows(grpc::CallbackServerContext*, const v1::VoidRowsRequest*,
                                     v1::VoidRowsResponse*) override;
  grpc::ServerUnaryReactor* ReportFailedRows(grpc::CallbackServerContext*,
                                             const v1::ReportFailedRowsRequest*,
                                             v1::ReportFailedRowsResponse*) override;
  grpc::ServerUnaryReactor* ListWorkers(grpc::CallbackServerContext*, const v1::ListWorkersRequest*,
                                        v1::ListWorkersResponse*) override;
  grpc::ServerUnaryReactor* ControlWorker(grpc::CallbackServerContext*,
                                          const v1::ControlWorkerRequest*,
                                          v1::ControlWorkerResponse*) override;
  grpc::ServerUnaryReactor* SetPagePassword(grpc::CallbackServerContext*,
                                            const v1::SetPagePasswordRequest*,
                                            v1::SetPagePasswordResponse*) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext*, const v1::GetStatusRequest*,
                                      v1::GetStatusResponse*) override;
  grpc::ServerUnaryReactor* GetResult(grpc::CallbackServerContext*, const v1::GetResultRequest*,
                                      v1::GetResultResponse*) override;
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext*, const v1::ListEventsRequest*,
                                       v1::ListEventsResponse*) override;

 private:
  // Counts the job's rows. FAILED_PRECONDITION: they are not `expected`.
  absl::Status CountRows(const JobRecord& job, int64_t expected);
  // Drops rows until none is left. UNAVAILABLE: readers hold it up, or this is stopping.
  absl::Status DropRows(int64_t job_id);

  // Drains the worker, unless it was removed, and waits until it holds nothing any more: what it
  // stored later would stay. UNAVAILABLE: it still finishes what it began.
  absl::Status AwaitStill(const StoredWorker& worker);
  // Returns the worker, which may have been removed. The errors are those of FindWorker().
  absl::StatusOr<StoredWorker> FindStored(const std::string& name_or_uuid);

  Store& store_;
  SchedulerLoop& loop_;
  OperatorViews& views_;
  OperatorActions actions_;
  Notification stopping_;
  TaskQueue threads_;  // Last, so its threads are joined before what they use goes away.
};

}  // namespace motzkin::coordinator
