// Makes intentions of the rules durable and reads the store for them. Blocks on Postgres: runs on
// the loop's store thread only.
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
  StoreExecutor(Store& store, JobDirectory& jobs) : store_(store), jobs_(jobs) {}

  // Everything a starting coordinator needs.
  absl::StatusOr<Restored> Restore();
  // Seals what can be sealed, then reads jobs and open batches.
  absl::StatusOr<StorePoll> Poll(BootTime asked_at);
  // In order, with one wait for the disk at the end. A confirmation each, all of them durable.
  // Equal kinds that follow each other are one transaction; if that is refused they are tried one
  // by one, so that only what is at fault is refused.
  std::vector<Confirmation> Execute(const std::vector<Intention>& intentions);
  // Remembers the job in the directory.
  absl::StatusOr<JobSnapshot> Snapshot(const JobRecord& job);

 private:
  // Intentions of one kind, and the answers that they get one by one.
  using Run = absl::Span<const Intention>;
  using Answers = absl::Span<Confirmation>;

  void ExecuteRun(Run run, Answers answers);
  // All or none, but for what `answers` says of each. `first` tells the kind.
  absl::Status Apply(const AllocateBatches& first, Run run, Answers answers);
  absl::Status Apply(const GrantLeases& first, Run run, Answers answers);
  absl::Status Apply(const EndLease& first, Run run, Answers answers);
  absl::Status Apply(const RecordEvent& first, Run run, Answers answers);
  // Of these a run has one.
  absl::Status Apply(const SplitBatch& what, Run run, Answers answers);
  absl::Status Apply(const SetJobPhase& what, Run run, Answers answers);
  absl::Status Apply(const SetJobReason& what, Run run, Answers answers);
  absl::Status Apply(const SetControl& what, Run run, Answers answers);

  Store& store_;
  JobDirectory& jobs_;
};

}  // namespace motzkin::coordinator
