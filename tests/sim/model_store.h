// A model of the store: it makes the promises of coordinator/store in memory, without Postgres. Its
// contents survive a restart of the coordinator.
//
// The simulator also counts here: a map gives every index at most one result, and results that were
// sent again are counted beside it.
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

// One worker forges some of its rows. The model only notes which, as the rules never see a row.
inline bool IsForged(const WorkerId& author, int64_t index) {
  return author == "w0" && index % 32 == 3;
}

class ModelStore {
 public:
  struct Batch {
    BatchSnapshot snapshot = {};
    bool revoked = false;
    int32_t attempts = 0;
    // The attempt of the open lease; 0 if there is none.
    int32_t leased_attempt = 0;
    WorkerId leased_to = {};
    uint64_t instance = 0;
    std::set<WorkerId> holders = {};  // Results of every worker that ever held it are accepted.
  };

  // Starts a job. Returns it as a poll would.
  JobSnapshot StartJob(JobRules rules);
  JobSnapshot SetState(int64_t job, v1::JobState state);
  JobSnapshot Extend(int64_t job, int64_t target);

  // Makes one intention durable.
  Confirmation Execute(const Intention& intention);
  // Returns the answer UNAVAILABLE, after which the intention may or may not have happened.
  static Confirmation Unavailable(const Intention& intention);

  StorePoll Poll(BootTime asked_at) const;
  Restored RestoreAll() const;

  // Stands for submit_results(). Returns false if the result is refused, because the batch is
  // revoked or was never this worker's. A result that is sent twice counts once, as with the
  // primary key.
  bool Submit(const WorkerId& worker, const BatchKey& key, int64_t index, bool integrated,
              bool crashed = false);

  // Stands for submit_audits(): the first answer of the worker that was asked last counts. Returns
  // false if it is another's, or there is no such audit. An answer about a forged row puts its
  // author into quarantine.
  bool SubmitAudit(const WorkerId& worker, const AuditKey& key);

  // Moves every job's sealed prefix over the results that are stored, and notes its audits.
  void Seal();

  const std::map<BatchKey, Batch>& batches() const { return batches_; }
  const std::map<int64_t, bool>& results(int64_t job) const { return jobs_.at(job).results; }
  // Returns the indices whose result is `crashed`.
  const std::set<int64_t>& crashed(int64_t job) const { return jobs_.at(job).crashed; }
  JobSnapshot Snapshot(int64_t job) const;
  const std::vector<RecordEvent>& events() const { return events_; }
  struct Audit {
    WorkerId first = {};
    bool integrated = false;
    WorkerId asked = {};
    WorkerId auditor = {};  // Empty while the audit is open.
  };
  struct AuditBook {
    std::map<AuditKey, Audit> audits = {};
    // The workers of whose rows an audit found one wrong, until they may run again.
    std::map<WorkerId, Quarantine> quarantines = {};
  };
  const AuditBook& audit_book() const { return audit_book_; }
  // The real store chooses by the index too, but more rarely: jobs here are small.
  static bool IsAudited(int64_t index) { return index % 16 == 3; }
  // Counts the results that were sent for an index that already had one.
  int64_t repeated() const { return repeated_; }

 private:
  struct Job {
    JobRules rules = {};
    v1::JobState state = v1::JOB_STATE_RUNNING;
    std::string reason = {};
    int64_t allocated_below = 0;
    int64_t batches = 0;
    int64_t sealed_below = 0;
    int64_t sealed_integrated = 0;
    int64_t integrated = 0;
    std::map<int64_t, bool> results = {};  // Tells by index whether it was integrated.
    std::set<int64_t> crashed = {};
    std::map<int64_t, WorkerId> by = {};  // The workers that gave the labels to be audited.
  };

  absl::Status Apply(const AllocateBatches& what, Confirmation& answer);
  absl::Status Apply(const GrantLeases& what, Confirmation& answer);
  absl::Status Apply(const EndLease& what, Confirmation& answer);
  absl::Status Apply(const GiveAudit& what, Confirmation& answer);
  absl::Status Apply(const SplitBatch& what, Confirmation& answer);
  absl::Status Apply(const SetJobState& what, Confirmation& answer);
  absl::Status Apply(const SetJobReason& what, Confirmation& answer);
  absl::Status Apply(const SetControl& what, Confirmation& answer);
  absl::Status Apply(const RecordEvent& what, Confirmation& answer);
  int64_t CountStored(const Batch& batch) const;
  bool Open(const Batch& batch) const;
  LeaseSnapshot SnapshotOfLease(const Batch& batch) const;

  std::map<int64_t, Job> jobs_;
  std::map<BatchKey, Batch> batches_;
  std::map<std::pair<int64_t, int64_t>, int64_t> by_begin_;  // Finds batches by (job, begin index).
  AuditBook audit_book_;
  std::map<WorkerId, WorkerControl> controls_;
  std::vector<RecordEvent> events_;
  int64_t repeated_ = 0;
};

}  // namespace motzkin::coordinator
