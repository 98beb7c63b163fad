// What may come in over the network. Every field has its range; INVALID_ARGUMENT names the field
// and the range, FAILED_PRECONDITION is for what a later version says: protocols that are not
// served, jobs with fields that nobody here knows.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include <cstdint>
#include <string_view>

#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"

namespace motzkin::coordinator {

// The version spoken here; the one before is served too.
inline constexpr uint32_t kProtocolVersion = 1;

inline constexpr int kSlotsMax = 4096;
// Ten minutes of work in batches of 15 s are 40; the rest is room for odd settings.
inline constexpr int kBatchesPerWorkerMax = 4096;
inline constexpr int kResultsPerSubmissionMax = 256;

absl::Status Validate(const v1::WorkerState& state);
absl::Status Validate(const v1::Submission& submission);
absl::Status Validate(const v1::StartJobRequest& request);
absl::Status Validate(const v1::ControlJobRequest& request);
absl::Status Validate(const v1::ControlWorkerRequest& request);
absl::Status Validate(const v1::DropArchivedRowsRequest& request);
absl::Status Validate(const v1::GetResultRequest& request);
absl::Status Validate(const v1::ListEventsRequest& request);

// Lower-case hexadecimal with hyphens, 8-4-4-4-12.
bool IsUuid(std::string_view text);

}  // namespace motzkin::coordinator
