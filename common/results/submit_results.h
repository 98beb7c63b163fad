// Writes finished functions and answers to audits to Postgres, by functions of the database: a worker
// in a session of its own login, and the coordinator, as the owner of the database, for those that
// were relayed to it.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <vector>

#include "common/postgres/connection.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin {

// A flush of 256 rows takes half a second on an SD card. A server that takes this long stands
// still.
inline constexpr absl::Duration kSubmitMax = absl::Seconds(15);

// Stores the results of the worker whose login `connection` has, no matter what `submission` says
// of the worker. It takes one transaction and one round trip, so that a machine that falls asleep
// in the middle holds no lock of its batch. Gives up after `longest`. Returns one status for each
// result, in order. After an error the results may or may not be stored. Submitting is idempotent,
// so after UNAVAILABLE the same submission may be sent again, on a new connection.
//
//   UNAVAILABLE          connection, serialization, resources, shutdown, commit in doubt
//                        (classes 08 40 53 57)
//   INVALID_ARGUMENT     a row that Postgres refuses (22 23): bisect the submission to find it
//   FAILED_PRECONDITION  never this worker's batch, or job, digest or generator version differ:
//                        drop the batch
//   PERMISSION_DENIED    the worker was removed, or this login may not submit (28 42501)
absl::StatusOr<std::vector<v1::RowStatus>> SubmitResults(postgres::Connection& connection,
                                                         const v1::Submission& submission,
                                                         absl::Duration longest = kSubmitMax);

// Does the same for the worker that `submission` names, in a session of the database's owner. The
// caller answers for that name.
absl::StatusOr<std::vector<v1::RowStatus>> StoreResults(postgres::Connection& connection,
                                                        const v1::Submission& submission,
                                                        absl::Duration longest = kSubmitMax);

// Makes a result storable: texts become valid UTF-8 without NUL, messages are cut to 500 bytes, and
// an integral of more than 65,536 bytes is replaced by the outcome unverified with the reason.
void MakeStorable(v1::Result& result);

}  // namespace motzkin
