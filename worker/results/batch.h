// The words that queue, slots and result writer share. Values.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

#include "common/generator/function_sampler.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

// One lease of one batch. A batch that comes back with another attempt is another lease.
struct BatchId {
  std::string job_uuid;
  int64_t batch = 0;
  int32_t attempt = 0;
  // An audit has no batch: it is the function whose index is `batch`, without an attempt.
  bool audit = false;
  auto operator<=>(const BatchId&) const = default;
};

// "batch 42 of job 1b4e28ba (attempt 3)" or "audit of index 42 of job 1b4e28ba", for people.
std::string ToString(const BatchId& id);

// What every slot needs of a job. Immutable.
struct JobContext {
  std::string cluster_uuid;
  std::string uuid;
  v1::JobSpec spec;
  std::string spec_digest;
  generator::FunctionSampler sampler;
};

// One function to compute. `job` is shared: a job may leave the desired state while a slot still
// finishes one of its functions.
struct Task {
  std::shared_ptr<const JobContext> job;
  BatchId batch;
  int64_t index = 0;
  // Unique within the process: an interrupt names the task it means, never the slot's next one.
  uint64_t serial = 0;
  // It may kill this worker: note it down before it is begun (careful_log.h).
  bool careful = false;
  // By which the budgets of the ladder are multiplied; above 1 in audits.
  int budget_factor = 1;
};

}  // namespace motzkin::worker
