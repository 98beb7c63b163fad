// Answers what people ask and changes nothing: the reading half of OperatorService, for its gRPC calls
// and for the coordinator's page.
//
// Thread-safe. Calls wait for store and scheduler.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "coordinator/postgres_server/embedded_postgres.h"
#include "coordinator/service/scheduler_loop.h"
#include "coordinator/store/store.h"
#include "motzkin/v1/member_service.pb.h"
#include "motzkin/v1/operator_service.pb.h"

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
  // The address of the page; empty if there is none.
  std::string page = {};
  // HOST:PORT for workers.
  std::string listen = {};
  // Returns zeros if the database's disk cannot be seen from here.
  std::function<DiskSpace()> disk = [] { return DiskSpace{}; };
  // Nothing is granted while less space than this is free.
  int64_t disk_reserve_bytes = 0;
  // Returns the workers that wait for approval.
  std::function<std::vector<v1::Worker>()> waiting = [] { return std::vector<v1::Worker>(); };
  // Lets in the worker that shows a code, as `approver` says.
  std::function<absl::StatusOr<v1::ApproveWorkerResponse>(const v1::ApproveWorkerRequest& request,
                                                          const std::string& approver)>
      approve = [](const v1::ApproveWorkerRequest&, const std::string&) {
        return absl::FailedPreconditionError("with --insecure no worker waits for approval");
      };
  // Refuses the certificates of a worker that was removed, and ends its sessions of the database.
  std::function<absl::StatusOr<size_t>(const std::string& worker_uuid)> revoke =
      [](const std::string&) { return size_t{0}; };
  // Sets the password of the page; an empty one takes it away.
  std::function<absl::Status(const std::string& password)> set_page_password =
      [](const std::string&) {
        return absl::FailedPreconditionError("this coordinator serves no page");
      };
};

class OperatorViews {
 public:
  // `store` and `loop` must outlive this.
  OperatorViews(Store& store, SchedulerLoop& loop, ClusterFacts facts);

  // Each fills in the answer of the RPC with this request. The errors are those of the RPC.
  absl::Status Answer(const v1::GetStatusRequest& request, v1::GetStatusResponse& response);
  absl::Status Answer(const v1::ListJobsRequest& request, v1::ListJobsResponse& response);
  absl::Status Answer(const v1::ListWorkersRequest& request, v1::ListWorkersResponse& response);
  absl::Status Answer(const v1::GetResultRequest& request, v1::GetResultResponse& response);
  absl::Status Answer(const v1::ListEventsRequest& request, v1::ListEventsResponse& response);

  absl::StatusOr<v1::Job> Describe(const JobRecord& job);
  // Looks among the workers that were let in. INVALID_ARGUMENT: two have that name.
  absl::StatusOr<v1::Worker> FindWorker(const std::string& name_or_uuid);
  // The number of functions that the disk has room for. GetStatus and the first screen show it.
  int64_t FunctionsRoom() const;
  const ClusterFacts& facts() const { return facts_; }
  // Grows whenever rows that were stored, and maybe sealed, were taken back.
  int64_t taken_back() const { return taken_back_; }
  void RowsWereTakenBack() { ++taken_back_; }

 private:
  // Returns all workers, in the order of their names.
  absl::StatusOr<std::vector<v1::Worker>> DescribeWorkers();

  Store& store_;
  SchedulerLoop& loop_;
  const ClusterFacts facts_;
  std::atomic<int64_t> taken_back_ = 0;
};

}  // namespace motzkin::coordinator
