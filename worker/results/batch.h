// The types that the queue, the slots and the result writer share. All are values.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "common/generator/function_sampler.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::worker {

// Identifies one lease of one batch. The same batch with another attempt is another lease.
struct BatchId {
  std::string job_uuid;
  int64_t batch = 0;
  int32_t attempt = 0;
  auto operator<=>(const BatchId&) const = default;
};

// Every message that names a lease has these three fields.
template <typename Message>
BatchId BatchIdOf(const Message& message) {
  return {message.job_uuid(), message.batch(), message.attempt()};
}
template <typename Message>
void SetBatchId(const BatchId& id, Message& message) {
  message.set_job_uuid(id.job_uuid);
  message.set_batch(id.batch);
  message.set_attempt(id.attempt);
}

// Identifies an audit: a function that is computed again. It has neither a batch nor a lease.
struct AuditId {
  std::string job_uuid;
  int64_t index = 0;
  auto operator<=>(const AuditId&) const = default;
};

// A lease or an audit is the work that a worker is given.
using WorkId = std::variant<BatchId, AuditId>;

// Returns "batch 42 of job 1b4e28ba (attempt 3)" or "audit of index 42 of job 1b4e28ba", for
// messages.
std::string ToString(const WorkId& id);

// A submission names an audit by a budget factor above 0 and by the index in `batch`, which the
// coordinator ignores then.
WorkId IdOf(const v1::Submission& submission);

// The parts of a job that every slot needs. Immutable.
struct JobContext {
  std::string cluster_uuid;
  std::string uuid;
  v1::JobSpec spec;
  std::string spec_digest;
  generator::FunctionSampler sampler;
};

// One function to compute. It shares `job`, because a job may leave the desired state while a slot
// still works on one of its functions.
struct Task {
  std::shared_ptr<const JobContext> job;
  WorkId work;
  int64_t index = 0;
  // Unique within the process. An interrupt names a serial, so it cannot hit the next task of the
  // same slot.
  uint64_t serial = 0;
  // The function may kill this worker, so it is written down before it begins (careful_log.h).
  bool careful = false;
  // The budgets of the ladder and of the verifier are multiplied by this; above 1 only if the
  // function is computed again.
  int budget_factor = 1;
  // Prefix tokens of an integral that is verified in place of an integration; empty: integrate.
  std::string candidate = {};
};

}  // namespace motzkin::worker
