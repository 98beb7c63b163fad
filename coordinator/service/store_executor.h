// Makes intentions of the rules durable and reads the store for them. It blocks on Postgres, so it
// runs on the loop's store thread only.
//
// Thread-compatible.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <absl/types/span.h>

#include <vector>

#include "coordinator/core/scheduler.h"
#include "coordinator/core/types.h"
#include "coordinator/service/job_directory.h"
#include "coordinator/store/store.h"

namespace motzkin::coordinator {

class StoreExecutor {
 public:
  // Both must outlive this.
  StoreExecutor(Store& store, JobDirectory& jobs, const AuditShares& audits = {})
      : store_(store), jobs_(jobs), audit_shares_(audits) {}

  // Reads everything that a starting coordinator needs.
  absl::StatusOr<Restored> Restore();
  // Moves the sealed prefixes forward, then reads jobs and open batches.
  absl::StatusOr<StorePoll> Poll(BootTime asked_at);
  // Executes in order, with one wait for the disk at the end, and returns a confirmation for each;
  // all confirmed changes are durable. Equal kinds that follow each other are one transaction. If
  // that is refused they are tried one by one, so that only the one at fault is refused.
  std::vector<Confirmation> Execute(const std::vector<Intention>& intentions);
  // Remembers the job in the directory and returns it as the rules see it.
  absl::StatusOr<JobSnapshot> Snapshot(const JobRecord& job);

 private:
  // Intentions of one kind, and the answers that they get one by one.
  using Run = absl::Span<const Intention>;
  using Answers = absl::Span<Confirmation>;

  void ExecuteRun(Run run, Answers answers);
  // Applies all or none, except those that `answers` refuses. `first` tells the kind.
  absl::Status Apply(const AllocateBatches& first, Run run, Answers answers);
  absl::Status Apply(const GrantLeases& first, Run run, Answers answers);
  absl::Status Apply(const EndLease& first, Run run, Answers answers);
  absl::Status Apply(const RecordEvent& first, Run run, Answers answers);
  // A run has one intention of these kinds, so `what` is all of it.
  absl::Status Apply(const GiveAudit& what, Run run, Answers answers);
  absl::Status Apply(const SplitBatch& what, Run run, Answers answers);
  absl::Status Apply(const SetJobState& what, Run run, Answers answers);
  absl::Status Apply(const SetJobReason& what, Run run, Answers answers);
  absl::Status Apply(const SetControl& what, Run run, Answers answers);

  Store& store_;
  JobDirectory& jobs_;
  const AuditShares audit_shares_;
};

}  // namespace motzkin::coordinator
