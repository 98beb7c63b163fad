// Writes finished functions to Postgres through submit_results(), and audits through
// submit_audits(): the only things that a worker's role may execute. Used by the worker (direct)
// and by the coordinator (relay).
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <vector>

#include "common/postgres/connection.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin {

// A flush of 256 rows takes an SD card half a second; a server that takes this long stands still.
inline constexpr absl::Duration kSubmitMax = absl::Seconds(15);

// One transaction in one round trip, so that a machine that falls asleep in the middle holds no
// lock of its batch; idempotent. Gives up after `longest`. One status a result, in order. On any
// error nothing is known to be stored; after UNAVAILABLE the same submission may simply be sent
// again, on a new connection.
//
//   UNAVAILABLE          connection, serialization, resources, shutdown, commit in doubt
//                        (classes 08 40 53 57)
//   INVALID_ARGUMENT     a row that Postgres refuses (22 23): bisect the submission to find it
//   FAILED_PRECONDITION  never this worker's batch, or job, digest or generator version differ:
//                        drop the batch
//   PERMISSION_DENIED    the role was revoked (28 42501): drain
absl::StatusOr<std::vector<v1::RowStatus>> SubmitResults(postgres::Connection& connection,
                                                         const v1::Submission& submission,
                                                         absl::Duration longest = kSubmitMax);

// Makes a result storable: valid UTF-8 without NUL, messages <= 500 bytes, an integral over
// 65,536 bytes replaced by outcome unverified with its reason.
void MakeStorable(v1::Result& result);

}  // namespace motzkin
