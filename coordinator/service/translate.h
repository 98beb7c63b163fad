// Translates between the words of the wire, of the rules and of the store. It decides nothing.
//
// Thread-safe.
#pragma once

#include <absl/time/time.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "coordinator/core/types.h"
#include "coordinator/service/job_directory.h"
#include "coordinator/store/records.h"
#include "motzkin/v1/operator_service.pb.h"
#include "motzkin/v1/worker_service.pb.h"

namespace motzkin::coordinator {

// Translates a validated state. Batches of jobs that are not in the directory are left out: the
// worker then finds them missing from the desired state and drops them.
WorkerReport ToReport(const v1::WorkerState& state, const JobDirectory& jobs);

// Translates the batches with their jobs; the caller adds cluster, database and interval.
v1::DesiredState ToProto(const Desired& desired, const JobDirectory& jobs);

JobSnapshot ToSnapshot(const JobRecord& job, int64_t bytes);

// Returns the word that `worker_status`, the CLI and the page show, such as "on-battery".
std::string NameOf(WorkerCondition condition);
WorkerControl ToControl(v1::ControlWorkerRequest::Verb verb);
v1::DesiredMode ToProto(WorkerControl control);
// Returns the reason of an owner's order for people: "by order of its owner", and until when if the
// order has an end, by this machine's clock.
std::string OwnersOrder(absl::Time until);
absl::Time ToTime(const google::protobuf::Timestamp& time);

// Returns the job as people see it; the caller adds speeds and bytes.
v1::Job ToProto(const JobRecord& job);
v1::LabelFlips ToProto(const LabelFlips& flips);

}  // namespace motzkin::coordinator
