// The nouns of the coordinator, for rules, store and services alike: plain values that come in as
// reports and go out as intentions. They have no clock and no I/O. The enums are those of job.proto
// where both have them; messages are for coordinator/service to translate.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>

#include <compare>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/boot_time.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::coordinator {

// UUID of a worker's state directory.
using WorkerId = std::string;

// Batches count from 0 within their job.
struct BatchKey {
  int64_t job = 0;
  int64_t batch = 0;
  friend auto operator<=>(const BatchKey&, const BatchKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const BatchKey& key) {
    return H::combine(std::move(h), key.job, key.batch);
  }
};

// One grant of a batch. Attempts count from 1 within the batch.
struct LeaseKey {
  BatchKey batch = {};
  int32_t attempt = 0;
  friend auto operator<=>(const LeaseKey&, const LeaseKey&) = default;
};

// --- jobs ----------------------------------------------------------------------------------------

struct EngineRequirement {
  std::string name = {};
  std::string version = {};  // "1.3.8" is exact, ">=1.3.8" means that or newer, "" means any.
};

// The part of a job's spec that the rules need. Only `target` can change once the job has started.
struct JobRules {
  int64_t id = 0;
  std::string name = {};
  std::string digest = {};
  uint32_t generator_version = 0;
  uint32_t canonical_version = 0;
  std::vector<EngineRequirement> engines = {};
  // The budgets of all steps of the ladder together, of the reference machine's CPU time.
  absl::Duration budget = absl::ZeroDuration();
  // The number of functions wanted, or of integrated ones with `target_integrated`. 0 makes the job
  // endless; then rows_max or bytes_max bounds it, where 0 means no bound.
  int64_t target = 0;
  bool target_integrated = false;
  int64_t rows_max = 0;
  int64_t bytes_max = 0;
};

// Counters of a job at one moment.
struct JobProgress {
  int64_t allocated_below = 0;
  int64_t stored = 0;
  int64_t integrated = 0;
  int64_t sealed_below = 0;
  int64_t sealed_integrated = 0;
  int64_t bytes = 0;
};

struct JobSnapshot {
  JobRules rules = {};
  v1::JobState state = v1::JOB_STATE_RUNNING;
  std::string reason = {};  // The reason that stands in the store.
  JobProgress progress = {};
};

// --- batches -------------------------------------------------------------------------------------

// A range of indices of a job, the unit that is leased.
struct BatchSnapshot {
  BatchKey key = {};
  int64_t begin = 0;  // Half-open range of indices.
  int64_t end = 0;
  int64_t stored = 0;
  int32_t deaths = 0;  // Worker instances that died while they held it.
  bool revoked = false;

  int64_t size() const { return end - begin; }
  bool closed() const { return stored == size(); }
};

// A lease that has not ended, with its batch.
struct LeaseSnapshot {
  LeaseKey key = {};
  WorkerId worker = {};
  uint64_t instance = 0;
  BatchSnapshot batch = {};
  // The indices that have their result, encoded like DesiredBatch.done: bit 0 of byte 0 is
  // batch.begin. A lease that was read and not granted has an empty one. Opaque to the rules.
  std::string done = {};
};

// A function that is computed again: with more time if its label is negative; otherwise its integral
// is verified.
struct AuditKey {
  int64_t job = 0;
  int64_t index = 0;
  friend auto operator<=>(const AuditKey&, const AuditKey&) = default;
};

struct AuditSnapshot {
  AuditKey key = {};
  WorkerId first_worker = {};  // This worker gave the label.
  bool integrated = false;     // That label rests on an integral.
};

// An audit that a worker was asked for.
struct GivenAudit {
  AuditKey key = {};
  // The integral to verify; empty: integrate. Opaque to the rules.
  std::string candidate = {};
};

// A worker of whose rows an audit found one wrong.
struct Quarantine {
  WorkerId worker = {};
  std::string row = {};      // "JOB/INDEX"
  std::string auditor = {};  // the name of the worker that found it

  friend auto operator<=>(const Quarantine&, const Quarantine&) = default;
};

enum class LeaseEnd {
  kDone,      // the batch is closed
  kLost,      // the worker fell silent
  kReturned,  // the worker gave it back: drain, stop, failure of its own
  kDied,      // the worker's instance died holding it: counts towards the batch's deaths
  kRevoked,   // job paused, cancelled, ended; or the worker removed
};

// --- workers -------------------------------------------------------------------------------------

// The owner's order, or the coordinator's own after five failures in a row. It persists over
// restarts of both sides.
enum class WorkerControl { kRun, kSuspend, kDrain, kRemoved };

struct HeldReport {
  LeaseKey lease = {};
  std::string digest = {};
  int64_t stored = 0;
  int64_t pending = 0;
  int64_t unstarted_begin = 0;
  int64_t end = 0;  // 0 if the worker does not say.
};

struct FailedReport {
  LeaseKey lease = {};
  std::string reason = {};
  bool job_failed = false;
};

// A worker's whole state, validated.
struct WorkerReport {
  WorkerId worker = {};
  std::string name = {};
  uint64_t instance = 0;
  uint64_t sequence = 0;
  int slots = 0;
  int slots_allowed = 0;
  std::vector<HeldReport> held = {};
  std::vector<FailedReport> failed = {};
  std::map<std::string, std::string> engines = {};
  std::vector<uint32_t> generator_versions = {};
  std::vector<uint32_t> canonical_versions = {};
  double functions_per_minute = 0;  // 0 means that it is not known yet.
  bool draining = false;
  std::string reason = {};
};

enum class ReportVerdict {
  kAccepted,
  kRepeated,    // a message that was already taken, or overtaken by a newer one: ignore it
  kSuperseded,  // a newer instance of this worker exists: tell it so, it exits
};

struct DesiredBatchState {
  LeaseKey lease = {};
  int64_t begin = 0;
  int64_t end = 0;
  std::string done = {};
  bool careful = false;
};

// All that a worker should hold and do.
struct Desired {
  WorkerControl control = WorkerControl::kRun;
  std::string reason = {};
  std::vector<DesiredBatchState> batches = {};
  std::vector<GivenAudit> audits = {};
  uint64_t acknowledged_sequence = 0;
};

// A worker's condition, which `worker_status`, the CLI and the page show (docs/job_lifecycle.md).
enum class WorkerCondition { kWorking, kIdle, kSuspended, kHot, kOnBattery, kDraining, kAway };

// A worker for people: its condition and a sentence about it.
struct WorkerView {
  WorkerCondition condition = WorkerCondition::kAway;
  std::string reason = {};
  absl::Duration silence = {};
  int batches = 0;
};

// --- intentions: durable changes that the rules ask the store for --------------------------------

// Makes batches of these sizes from the job's next indices.
struct AllocateBatches {
  int64_t job = 0;
  std::vector<int64_t> sizes = {};
  WorkerId worker = {};  // The batches are meant for this worker.

  int64_t functions() const { return std::accumulate(sizes.begin(), sizes.end(), int64_t{0}); }
};
struct GrantLeases {
  WorkerId worker = {};
  uint64_t instance = 0;
  std::vector<BatchKey> batches = {};
};
struct EndLease {
  LeaseKey lease = {};
  LeaseEnd why = LeaseEnd::kReturned;
};
// Only the answer of the worker that was asked last counts.
struct GiveAudit {
  AuditKey audit = {};
  WorkerId worker = {};
};
struct SplitBatch {
  BatchKey batch = {};
  int64_t at = 0;
};
struct SetJobState {
  int64_t job = 0;
  v1::JobState state = v1::JOB_STATE_RUNNING;
  std::string reason = {};
};
struct SetJobReason {
  int64_t job = 0;
  std::string reason = {};
};
struct SetControl {
  WorkerId worker = {};
  WorkerControl control = WorkerControl::kRun;
};
struct RecordEvent {
  std::string kind = {};  // job, worker, lease, coordinator, disk
  std::string text = {};  // A sentence.
};

using Change = std::variant<AllocateBatches, GrantLeases, EndLease, GiveAudit, SplitBatch,
                            SetJobState, SetJobReason, SetControl, RecordEvent>;

struct Intention {
  uint64_t id = 0;
  Change what;
};

// Counts the batches that it asks the store to allocate or to grant.
inline int64_t BatchesAskedFor(const Intention& intention) {
  if (const auto* allocation = std::get_if<AllocateBatches>(&intention.what))
    return static_cast<int64_t>(allocation->sizes.size());
  if (const auto* grant = std::get_if<GrantLeases>(&intention.what))
    return static_cast<int64_t>(grant->batches.size());
  return 0;
}

// Intentions that wait for the store may be taken in the order of these ranks, equals in the order
// in which they came: many of a kind are then one transaction. Grants, allocations and events do
// not depend on each other. Intentions that end or change something come before those that build on
// it.
inline constexpr size_t kStoreRanks = 4;
inline size_t RankForStore(const Intention& intention) {
  if (std::holds_alternative<GrantLeases>(intention.what)) return 1;
  if (std::holds_alternative<AllocateBatches>(intention.what)) return 2;
  if (std::holds_alternative<RecordEvent>(intention.what)) return 3;
  return 0;
}

// The store's answer to an intention. After UNAVAILABLE it may or may not have happened. After any
// other error it did not, and repeating it as it is would not help.
struct Confirmation {
  uint64_t id = 0;
  absl::Status status = {};
  // AllocateBatches gets its batches in the order asked, fewer where a target cut them; SplitBatch
  // gets the new tail.
  std::vector<BatchSnapshot> batches = {};
  std::vector<LeaseSnapshot> leases = {};  // GrantLeases gets these, in the order asked.
  JobSnapshot job = {};                    // SetJobState gets this.
  std::string candidate = {};              // GiveAudit gets this, see GivenAudit.
};

// The store's word on running jobs. It was read after every intention that was confirmed before it.
struct StorePoll {
  std::vector<JobSnapshot> jobs = {};       // All jobs, or those that changed.
  std::vector<int64_t> polled_jobs = {};    // `batches` has all open batches of these jobs.
  std::vector<BatchSnapshot> batches = {};  // These are neither closed nor revoked.
  // The first few open audits of running and completed jobs.
  std::vector<AuditSnapshot> audits = {};
  std::vector<Quarantine> quarantines = {};  // All there are.
  std::vector<WorkerId> due = {};            // Suspended until now, and to run again.
  BootTime asked_at = {};
};

// The contents of the store when a coordinator starts.
struct Restored {
  StorePoll poll = {};
  std::vector<LeaseSnapshot> leases = {};
  struct Worker {
    WorkerId worker = {};
    std::string name = {};
    WorkerControl control = WorkerControl::kRun;
    std::string control_reason = {};
  };
  std::vector<Worker> workers = {};
};

}  // namespace motzkin::coordinator
