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
#include "coordinator/postgres_server/embedded_postgres.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/service/task_queue.h"
#include "coordinator/store/store.h"
#include "motzkin/v1/operator_service.grpc.pb.h"

namespace motzkin::coordinator {

// The state of a worker that waits for approval, as operators see it.
inline constexpr char kWaitingForApproval[] = "waiting-approval";

// The facts that GetStatus tells besides jobs and workers.
struct ClusterFacts {
  std::string build = {};
  std::string data_directory = {};
  // A command and a URI that open the database read-only on this host; empty if there is no
  // reader's role.
  std::string psql = {};
  std::string reader_uri = {};
  // Returns zeros if the database's disk cannot be seen from here.
  std::function<DiskSpace()> disk = [] { return DiskSpace{}; };
  // Nothing is granted while less space than this is free.
  int64_t disk_reserve_bytes = 0;
  // Returns the workers that wait for approval.
  std::function<std::vector<v1::Worker>()> waiting = [] { return std::vector<v1::Worker>(); };
  // Refuses the certificates of a worker that was removed, and ends its sessions of the database.
  std::function<absl::Status(const std::string& worker_uuid)> revoke = [](const std::string&) {
    return absl::OkStatus();
  };
};

class OperatorServiceImpl final : public v1::OperatorService::CallbackService {
 public:
  // `store` and `loop` must outlive the server that serves this.
  OperatorServiceImpl(Store& store, SchedulerLoop& loop, ClusterFacts facts);
  ~OperatorServiceImpl() override { Stop(); }

  void Stop();

  // The number of functions that the disk has room for. GetStatus and the first screen show it.
  int64_t FunctionsRoom();

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
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext*, const v1::GetStatusRequest*,
                                      v1::GetStatusResponse*) override;
  grpc::ServerUnaryReactor* GetResult(grpc::CallbackServerContext*, const v1::GetResultRequest*,
                                      v1::GetResultResponse*) override;
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext*, const v1::ListEventsRequest*,
                                       v1::ListEventsResponse*) override;

 private:
  // Runs `verb` on a thread of this object and finishes the call with its status. Request and
  // response live until then.
  grpc::ServerUnaryReactor* Later(grpc::CallbackServerContext* context,
                                  std::function<absl::Status()> verb);

  // Counts the job's rows. FAILED_PRECONDITION: they are not `expected`.
  absl::Status CountRows(const JobRecord& job, int64_t expected);
  // Drops rows until none is left. UNAVAILABLE: readers hold it up, or this is stopping.
  absl::Status DropRows(int64_t job_id);

  // Drains the worker, unless it was removed, and waits until it holds nothing any more: what it
  // stored later would stay. UNAVAILABLE: it still finishes what it began.
  absl::Status AwaitStill(const StoredWorker& worker);
  // Returns the worker, which may have been removed. The errors are those of FindWorker().
  absl::StatusOr<StoredWorker> FindStored(const std::string& name_or_uuid);

  absl::StatusOr<v1::Job> Describe(const JobRecord& job);
  absl::StatusOr<std::vector<v1::Job>> DescribeJobs();
  absl::StatusOr<std::vector<v1::Worker>> DescribeWorkers();
  absl::StatusOr<v1::Worker> FindWorker(const std::string& name_or_uuid);

  Store& store_;
  SchedulerLoop& loop_;
  const ClusterFacts facts_;
  Notification stopping_;
  TaskQueue threads_;  // Last, so its threads are joined before what they use goes away.
};

}  // namespace motzkin::coordinator
