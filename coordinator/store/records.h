// The store's records that the rules do not know (those are in coordinator/core/types.h). Plain
// values.
#pragma once

#include <absl/time/time.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/results/label_flips.h"
#include "coordinator/core/types.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::coordinator {

// Counts rows by outcome, indexed by v1::Outcome; [0] is always 0.
using OutcomeCounts = std::array<int64_t, v1::Outcome_ARRAYSIZE>;

// A role of the database that may log in. Its name ends with digits of the cluster's UUID, because
// roles belong to the whole server.
struct Login {
  std::string role;
  std::string password;
};

// A job and its counters at one moment.
struct JobRecord {
  int64_t id = 0;
  std::string uuid;
  v1::JobSpec spec;
  std::string spec_digest;  // 32 bytes
  v1::JobState state = v1::JOB_STATE_RUNNING;
  std::string reason;
  absl::Time created;
  // spec.target, or the higher one that it was extended to. 0 means endless.
  int64_t target = 0;
  // Batches were made for the indices below this.
  int64_t allocated_below = 0;
  // Every index below this has its result.
  int64_t sealed_below = 0;
  // The first counts all stored rows, the second those below sealed_below.
  OutcomeCounts outcomes{};
  OutcomeCounts sealed_outcomes{};
  // Counts the rows below sealed_below that repeat an earlier function of the job.
  int64_t duplicates = 0;
  // The time when its rows went into the files of an archive, whose SHA256SUMS has this SHA-256 (32
  // bytes). The counters stay.
  std::optional<absl::Time> archived;
  std::string archive_sha256;

  int64_t stored() const;
  int64_t sealed_integrated() const { return sealed_outcomes[v1::OUTCOME_INTEGRATED]; }
};

struct GrantRequest {
  BatchKey batch;
  WorkerId worker;
  uint64_t instance = 0;
};

// The contents of an archive's files.
struct ArchiveRecord {
  int64_t rows = 0;
  int64_t audited = 0;
  std::string sha256;  // The hash of SHA256SUMS, 32 bytes.
};

// The row of a worker that survives restarts of the coordinator. `worker_status` shows it.
struct WorkerRecord {
  std::string uuid;
  std::string name;
  uint64_t instance = 0;
  // One of waiting-approval, working, idle, suspended, hot, on-battery, draining, away,
  // incompatible.
  std::string state;
  std::string reason = {};
  int32_t slots = 0;
  double temperature = 0;  // Degrees Celsius; 0 means unknown.
  std::string sandbox_level = {};
  std::string build = {};
  std::map<std::string, std::string> engines = {};  // Versions by name.
  absl::Time last_seen = {};
};

struct StoredWorker {
  WorkerRecord record;
  WorkerControl control = WorkerControl::kRun;
  // When a suspended worker is due to run again.
  absl::Time suspended_until = absl::InfiniteFuture();
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

// A result that was stored lately, without its steps and its check.
struct LatestResult {
  std::string job;  // its name
  v1::Result result;
};

struct StoredResult {
  v1::Result result;
  std::string worker_name;
  int32_t attempt = 0;
  absl::Time created;
  std::string split;
};

}  // namespace motzkin::coordinator
