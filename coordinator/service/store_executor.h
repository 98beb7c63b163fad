// Makes intentions of the rules durable and reads the store for them. Blocks on Postgres: runs on
// the loop's store thread only.
//
// Thread-compatible.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

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
  absl::StatusOr<StorePoll> Poll(absl::Duration asked_at);
  // In order, with one wait for the disk at the end. A confirmation each, all of them durable.
  std::vector<Confirmation> Execute(const std::vector<Intention>& intentions);
  // Remembers the job in the directory.
  absl::StatusOr<JobSnapshot> Snapshot(const JobRecord& job);

 private:
  Confirmation Execute(const Intention& intention);
  absl::Status Apply(const AllocateBatch& what, Confirmation& answer);
  absl::Status Apply(const GrantLeases& what, Confirmation& answer);
  absl::Status Apply(const EndLease& what, Confirmation& answer);
  absl::Status Apply(const SplitBatch& what, Confirmation& answer);
  absl::Status Apply(const SetJobPhase& what, Confirmation& answer);
  absl::Status Apply(const SetJobReason& what, Confirmation& answer);
  absl::Status Apply(const SetControl& what, Confirmation& answer);
  absl::Status Apply(const RecordEvent& what, Confirmation& answer);

  Store& store_;
  JobDirectory& jobs_;
};

}  // namespace motzkin::coordinator
