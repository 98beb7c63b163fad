// The store as a model: the same promises as coordinator/store, in memory, without Postgres. What
// it holds survives a restart of the coordinator; what it is told to fail, fails.
//
// It is also where the simulator counts: every index has at most one result, by construction of
// a map, and how often each was computed is remembered beside it.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/scheduler.h"
#include "coordinator/core/types.h"

namespace motzkin::coordinator {

class ModelStore {
 public:
  struct Batch {
    BatchSnapshot snapshot = {};
    bool revoked = false;
    int32_t attempts = 0;
    // The open lease: 0 is none.
    int32_t leased_attempt = 0;
    WorkerId leased_to = {};
    uint64_t instance = 0;
    std::set<WorkerId> holders = {};  // Everyone who ever held it: their results are accepted.
  };

  // A running job; returns what a poll would say of it.
  JobSnapshot StartJob(JobRules rules);
  JobSnapshot SetPhase(int64_t job, JobPhase phase);
  JobSnapshot Extend(int64_t job, int64_t target);

  // Makes one intention durable.
  Confirmation Execute(const Intention& intention);
  // An answer that tells nothing: UNAVAILABLE.
  static Confirmation Unavailable(const Intention& intention);

  StorePoll Poll(BootTime asked_at) const;
  Restored RestoreAll() const;

  // submit_results(): false when refused (revoked, or never this worker's batch). Counting twice is
  // what the primary key forbids.
  bool Submit(const WorkerId& worker, const BatchKey& key, int64_t index, bool integrated,
              bool crashed = false);

  // submit_audits(): the first answer counts; false when nothing of the kind is to be audited.
  bool SubmitAudit(const WorkerId& worker, const AuditKey& key);

  // Moves every job's sealed prefix over what is stored, and notes what is to be audited of it.
  void Seal();

  const std::map<BatchKey, Batch>& batches() const { return batches_; }
  const std::map<int64_t, bool>& results(int64_t job) const { return jobs_.at(job).results; }
  // Indices whose result is `crashed`.
  const std::set<int64_t>& crashed(int64_t job) const { return jobs_.at(job).crashed; }
  JobSnapshot Snapshot(int64_t job) const;
  const std::vector<RecordEvent>& events() const { return events_; }
  struct Audit {
    WorkerId first = {};
    WorkerId auditor = {};  // Empty: open.
  };
  const std::map<AuditKey, Audit>& audits() const { return audits_; }
  // As the real one chooses among negatives, but oftener: jobs here are small.
  static bool IsAudited(int64_t index) { return index % 16 == 3; }
  // Results that were sent for an index that already had one.
  int64_t repeated() const { return repeated_; }

 private:
  struct Job {
    JobRules rules = {};
    JobPhase phase = JobPhase::kRunning;
    std::string reason = {};
    int64_t allocated_below = 0;
    int64_t batches = 0;
    int64_t sealed_below = 0;
    int64_t sealed_integrated = 0;
    int64_t integrated = 0;
    std::map<int64_t, bool> results = {};  // Index to integrated.
    std::set<int64_t> crashed = {};
    std::map<int64_t, WorkerId> by = {};  // Who computed the audited ones.
  };

  absl::Status Apply(const AllocateBatches& what, Confirmation& answer);
  absl::Status Apply(const GrantLeases& what, Confirmation& answer);
  absl::Status Apply(const EndLease& what, Confirmation& answer);
  absl::Status Apply(const SplitBatch& what, Confirmation& answer);
  absl::Status Apply(const SetJobPhase& what, Confirmation& answer);
  absl::Status Apply(const SetJobReason& what, Confirmation& answer);
  absl::Status Apply(const SetControl& what, Confirmation& answer);
  absl::Status Apply(const RecordEvent& what, Confirmation& answer);
  int64_t CountStored(const Batch& batch) const;
  bool Open(const Batch& batch) const;
  LeaseSnapshot SnapshotOfLease(const Batch& batch) const;

  std::map<int64_t, Job> jobs_;
  std::map<BatchKey, Batch> batches_;
  std::map<std::pair<int64_t, int64_t>, int64_t> by_begin_;  // (Job, begin index) to batch.
  std::map<AuditKey, Audit> audits_;
  std::map<WorkerId, WorkerControl> controls_;
  std::vector<RecordEvent> events_;
  int64_t repeated_ = 0;
};

}  // namespace motzkin::coordinator
