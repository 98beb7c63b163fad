// What the store holds, in the words of the domain. Plain values.
#pragma once

#include <absl/time/time.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "motzkin/v1/job.pb.h"

namespace motzkin::coordinator {

// Rows by outcome, indexed by v1::Outcome; [0] is always 0.
using OutcomeCounts = std::array<int64_t, v1::Outcome_ARRAYSIZE>;

// A job and its counters at one moment.
struct JobRecord {
  int64_t id = 0;
  std::string uuid;
  v1::JobSpec spec;
  std::string spec_digest;  // 32 bytes
  v1::JobState state = v1::JOB_STATE_UNSPECIFIED;
  std::string reason;
  absl::Time created;
  // spec.target, or what it was extended to. 0: endless.
  int64_t target = 0;
  // Batches were made for the indices below.
  int64_t allocated_below = 0;
  // Every index below has its result.
  int64_t sealed_below = 0;
  // Of all stored rows, and of those below sealed_below.
  OutcomeCounts outcomes{};
  OutcomeCounts sealed_outcomes{};
  // Rows below sealed_below that repeat an earlier function of the job.
  int64_t duplicates = 0;
  // When its rows went into the files of an archive, whose SHA256SUMS has this SHA-256 (32 bytes).
  // The counters stay.
  std::optional<absl::Time> archived;
  std::string archive_sha256;

  int64_t stored() const;
  int64_t sealed_integrated() const { return sealed_outcomes[v1::OUTCOME_INTEGRATED]; }
  // Counted on the sealed prefix, so it does not depend on the order in which results arrive.
  bool TargetReached() const;
};

// A range of indices of a job, the unit that is leased.
struct BatchRecord {
  int64_t job_id = 0;
  int64_t batch = 0;  // Counts from 0 within the job.
  int64_t begin_index = 0;
  int64_t end_index = 0;
  int64_t stored = 0;
  // Worker instances that died while they held it.
  int32_t deaths = 0;
  bool revoked = false;

  bool closed() const { return stored == end_index - begin_index; }
};

// One grant of a batch.
struct LeaseRecord {
  int64_t job_id = 0;
  int64_t batch = 0;
  int32_t attempt = 0;  // 1, 2, ... within the batch.
  std::string worker_uuid;
  uint64_t instance = 0;
};

// A lease that has not ended, with its batch.
struct OpenLease {
  LeaseRecord lease;
  BatchRecord batch;
};

struct GrantRequest {
  int64_t job_id = 0;
  int64_t batch = 0;
  std::string worker_uuid;
  uint64_t instance = 0;
};

struct Grant {
  LeaseRecord lease;
  BatchRecord batch;
  // Indices that have their result: bit 0 of byte 0 is begin_index. As DesiredBatch.done.
  std::string done;
};

enum class LeaseEnd {
  kDone,      // the batch is closed
  kLost,      // the worker fell silent
  kReturned,  // the worker gave it back: drain, stop, failure of its own
  kDied,      // the worker's instance died holding it: counts towards the batch's deaths
  kRevoked,   // job paused, cancelled, ended; or the worker removed
};

struct LeaseEnding {
  LeaseRecord lease;
  LeaseEnd why = LeaseEnd::kReturned;
};

// A function whose negative label is to be computed again with more time.
struct AuditRecord {
  int64_t job_id = 0;
  int64_t index = 0;
  std::string first_worker_uuid;  // Whose label it is; another should audit it.
};

// The view of this name, for one job. The shares are 0 .. 1, and 0 while nothing is audited.
struct LabelFlips {
  int64_t open = 0;
  int64_t audited = 0;
  int64_t flips = 0;  // Negative labels that are positive with ten times the budget.
  double share = 0;
  double lower = 0;  // 95 % interval of the share.
  double upper = 0;
};

// What the files of an archive hold.
struct ArchiveRecord {
  int64_t rows = 0;
  int64_t audited = 0;
  std::string sha256;  // 32 bytes, of SHA256SUMS
};

// What the coordinator keeps of a worker over restarts, and what `worker_status` shows.
struct WorkerRecord {
  std::string uuid;
  std::string name;
  uint64_t instance = 0;
  // waiting-approval, working, idle, suspended, hot, on-battery, draining, away, incompatible.
  std::string state;
  std::string reason;
  int32_t slots = 0;
  double temperature = 0;  // Degrees Celsius; 0: unknown.
  std::string sandbox_level;
  std::string build;
  std::map<std::string, std::string> engines;  // Name to version.
  absl::Time last_seen;
};

// What the owner ordered; persists over restarts of both sides.
enum class WorkerControl { kRun, kSuspend, kDrain, kRemoved };

struct StoredWorker {
  WorkerRecord record;
  WorkerControl control = WorkerControl::kRun;
};

// An event about to be recorded.
struct NewEvent {
  std::string kind;
  std::string text;
};

struct EventRecord {
  absl::Time time;
  std::string kind;  // One word: job, worker, lease, coordinator, disk.
  std::string text;  // A sentence.
};

// Speeds over the last whole minutes, from throughput_minute.
struct Throughput {
  double functions_per_minute = 0;
  double integrated_per_minute = 0;
};

struct StoredResult {
  v1::Result result;
  std::string worker_name;
  int32_t attempt = 0;
  absl::Time created;
  std::string split;
  bool sealed = false;
  // The first index with this function; -1 if this is the first, or not sealed yet.
  int64_t duplicate_of = -1;
};

}  // namespace motzkin::coordinator
