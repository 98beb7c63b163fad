// Makes the CLI's calls to a coordinator.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <filesystem>
#include <memory>
#include <string>

#include "common/identity/insecure.h"
#include "motzkin/v1/member_service.pb.h"
#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::cli {

// Which coordinator, and how to call it.
struct CoordinatorFlags {
  std::string address = "localhost:50051";
  identity::Insecure insecure = identity::Insecure::kNo;
};

// Returns the file that keeps what this user is to the coordinator at `address`:
// $XDG_CONFIG_HOME/motzkin/HOST_PORT.pem, where ~/.config stands for a variable that is not set.
std::filesystem::path MembershipFile(const std::string& address);

// Has one connection, which the first call makes. Each call waits for at most kCallTimeout; only
// DropArchivedRows() and Void() wait longer, for what may be millions of rows.
//
// Errors: those of the RPC; INVALID_ARGUMENT if the address is not HOST:PORT; UNAVAILABLE, with
// advice, if no coordinator answers there; UNAUTHENTICATED, with advice, if it does not know this
// user.
//
// Thread-compatible.
class OperatorClient {
 public:
  // Long enough for a cancel, which waits for the writers of the job's batches.
  static constexpr absl::Duration kCallTimeout = absl::Seconds(20);
  // A job of 100 M rows is counted in a minute and dropped in several. The coordinator goes on by
  // itself if the call is given up.
  static constexpr absl::Duration kDropTimeout = absl::Hours(1);

  explicit OperatorClient(const CoordinatorFlags& coordinator);
  ~OperatorClient();

  // Idempotent for one request_id.
  absl::StatusOr<v1::StartJobResponse> Start(const v1::StartJobRequest& request);
  // Jobs(), Workers() and Status() ask for page after page and return whole lists.
  absl::StatusOr<v1::ListJobsResponse> Jobs();
  absl::StatusOr<v1::ControlJobResponse> Control(const v1::ControlJobRequest& request);
  // Waits until the rows are dropped. Asking again goes on where an interrupted call stopped.
  absl::StatusOr<v1::DropArchivedRowsResponse> DropArchivedRows(
      const v1::DropArchivedRowsRequest& request);
  // Waits until the rows are taken back.
  absl::StatusOr<v1::VoidRowsResponse> Void(const v1::VoidRowsRequest& request);
  absl::Status Report(const v1::ReportFailedRowsRequest& request);
  absl::StatusOr<v1::ListWorkersResponse> Workers();
  absl::StatusOr<v1::ControlWorkerResponse> Control(const v1::ControlWorkerRequest& request);
  absl::StatusOr<v1::GetStatusResponse> Status();
  absl::Status SetPagePassword(const v1::SetPagePasswordRequest& request);
  absl::StatusOr<v1::GetResultResponse> Result(const v1::GetResultRequest& request);
  absl::StatusOr<v1::ListEventsResponse> Events(const v1::ListEventsRequest& request);
  absl::StatusOr<v1::ApproveWorkerResponse> Approve(const v1::ApproveWorkerRequest& request);
  absl::StatusOr<v1::CreateInviteResponse> Invite(const v1::CreateInviteRequest& request);
  absl::StatusOr<v1::ListInvitesResponse> Invites();
  absl::StatusOr<v1::CancelInviteResponse> CancelInvite(const v1::CancelInviteRequest& request);
  absl::StatusOr<v1::ListOperatorsResponse> Operators();
  absl::StatusOr<v1::RemoveOperatorResponse> RemoveOperator(
      const v1::RemoveOperatorRequest& request);
  // Becomes what the invite says, and keeps that in MembershipFile(). ALREADY_EXISTS: this user is
  // a member there.
  absl::Status Join(const std::string& invite);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::cli
