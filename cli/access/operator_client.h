// Makes the CLI's calls to a coordinator.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <string>

#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::cli {

// Has one connection, which the first call makes. Each call waits for at most kCallTimeout; only
// DropArchivedRows() waits longer, as it waits for readers of the database.
//
// Errors: those of the RPC; INVALID_ARGUMENT if the address is no HOST:PORT; UNAVAILABLE, with
// advice, if no coordinator answers there.
//
// Thread-compatible.
class OperatorClient {
 public:
  // Long enough for a cancel, which waits for the writers of the job's batches.
  static constexpr absl::Duration kCallTimeout = absl::Seconds(20);
  // A job of 100 M rows is counted in a minute and dropped in several. The coordinator goes on by
  // itself if the call is given up.
  static constexpr absl::Duration kDropTimeout = absl::Hours(1);

  explicit OperatorClient(const std::string& address);
  ~OperatorClient();

  // Idempotent for one request_id.
  absl::StatusOr<v1::StartJobResponse> Start(const v1::StartJobRequest& request);
  absl::StatusOr<v1::ListJobsResponse> Jobs();
  absl::StatusOr<v1::ControlJobResponse> Control(const v1::ControlJobRequest& request);
  // Waits until the rows are dropped. Asking again goes on where an interrupted call stopped.
  absl::StatusOr<v1::DropArchivedRowsResponse> DropArchivedRows(
      const v1::DropArchivedRowsRequest& request);
  absl::StatusOr<v1::ListWorkersResponse> Workers();
  absl::StatusOr<v1::ControlWorkerResponse> Control(const v1::ControlWorkerRequest& request);
  absl::StatusOr<v1::GetStatusResponse> Status();
  absl::StatusOr<v1::GetResultResponse> Result(const v1::GetResultRequest& request);
  absl::StatusOr<v1::ListEventsResponse> Events(const v1::ListEventsRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::cli
