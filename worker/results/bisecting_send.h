// Sends rows to a sink and finds those that it refuses.
#pragma once

#include <absl/status/status.h>

#include "motzkin/v1/job.pb.h"
#include "worker/results/result_sink.h"

namespace motzkin::worker {

// Sends the rows of one lease, and tells `observer` what became of them. When the sink refuses a
// row, the submission is bisected until that row is found, which is then stored as `crashed`.
//
// OK: every row is dealt with, stored or not. Any other status is the sink's, and `submission` then
// holds the rows that are left to send. Thread-safe if the sink and the observer are.
absl::Status SendBisecting(v1::Submission& submission, ResultSink& sink, ResultObserver& observer);

}  // namespace motzkin::worker
