// Checks messages from the network. Every field has its range. Errors of all functions:
//
//   INVALID_ARGUMENT     a field is out of its range; the message names both
//   FAILED_PRECONDITION  the peer is of a version that is not served: its protocol is another one,
//                        or its job has a field that this coordinator does not know
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string_view>

#include "motzkin/v1/join_service.pb.h"
#include "motzkin/v1/member_service.pb.h"
#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"

namespace motzkin::coordinator {

inline constexpr int kSlotsMax = 4096;
// Ten minutes of work are 40 batches of 15 s. The rest is room for odd settings.
inline constexpr int kBatchesPerWorkerMax = 4096;
// A worker's flush has up to this many. The sender cuts it where it is too long for a message.
inline constexpr int kResultsPerSubmissionMax = 256;

absl::Status Validate(const v1::WorkerState& state);
absl::Status Validate(const v1::Submission& submission);
absl::Status Validate(const v1::StartJobRequest& request);
absl::Status Validate(const v1::ControlJobRequest& request);
absl::Status Validate(const v1::ControlWorkerRequest& request);
absl::Status Validate(const v1::DropArchivedRowsRequest& request);
absl::Status Validate(const v1::VoidRowsRequest& request);
absl::Status Validate(const v1::ReportFailedRowsRequest& request);
absl::Status Validate(const v1::SetPagePasswordRequest& request);
absl::Status Validate(const v1::GetResultRequest& request);
absl::Status Validate(const v1::ListEventsRequest& request);
// Checks what asks for a page of a list.
absl::Status ValidatePage(int page_size, const std::string& page_token, const std::string& search);
// Whether a public key is one is for the caller to find out.
absl::Status Validate(const v1::JoinRequest& request);
absl::Status Validate(const v1::RedeemRequest& request);
absl::Status Validate(const v1::CancelInviteRequest& request);
absl::Status Validate(const v1::CreateInviteRequest& request);

}  // namespace motzkin::coordinator
