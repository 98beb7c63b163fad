// Writes finished functions to Postgres through submit_results(), and audits through
// submit_audits(): the only things that a worker's role may execute. Used by the worker (direct)
// and by the coordinator (relay).
#pragma once

#include <absl/status/statusor.h>

#include <vector>

#include "common/postgres/connection.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin {

// One transaction; idempotent. One status a result, in order. On any error nothing is known to be
// stored; after UNAVAILABLE the same submission may simply be sent again, on a new connection.
//
//   UNAVAILABLE          connection, serialization, resources, shutdown, commit in doubt (classes
//   08 40 53 57) INVALID_ARGUMENT     a row that Postgres refuses (22 23): bisect the submission to
//   find it FAILED_PRECONDITION  never this worker's batch, or job, digest or generator version
//   differ: drop the batch PERMISSION_DENIED    the role was revoked (28 42501): drain
absl::StatusOr<std::vector<v1::RowStatus>> SubmitResults(postgres::Connection& connection,
                                                         const v1::Submission& submission);

// Makes a result storable: valid UTF-8 without NUL, messages <= 500 bytes, an integral over
// 65,536 bytes replaced by outcome unverified with its reason.
void MakeStorable(v1::Result& result);

}  // namespace motzkin
