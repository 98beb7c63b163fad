// Takes workers' reports and notices their silence: which instance replaces which, what each worker
// holds, which batches failed, and which workers are lost.
//
// Thread-compatible.
#pragma once

#include <string>

#include "coordinator/core/cluster_state.h"
#include "coordinator/core/lease_table.h"
#include "coordinator/core/planner.h"

namespace motzkin::coordinator {

class WorkerWatch {
 public:
  // All must outlive this.
  WorkerWatch(ClusterState& cluster, LeaseTable& leases, Planner& planner)
      : cluster_(cluster), leases_(leases), planner_(planner) {}

  // Must be the first call. Every lease gets a full fresh term from `now`.
  void Restore(const Restored& restored, BootTime now);
  ReportVerdict OnReport(const WorkerReport& report, BootTime now);
  void OnStreamClosed(const WorkerId& id, uint64_t instance, BootTime now);
  void OnControl(const WorkerId& id, WorkerControl control, const std::string& reason);
  // Lets workers run again that were suspended until now.
  void ResumeDue(const std::vector<WorkerId>& workers);
  // Loses the workers that were silent for too long, and ends leases that their holders ignore.
  void OnTick(BootTime now);

 private:
  void ReplaceInstance(WorkerState& worker);
  void Welcome(WorkerState& worker, bool known, BootTime now);
  // Records an event if the worker's policy holds back other slots than the last event said.
  void TellOfPolicy(WorkerState& worker, BootTime now);
  void TakeHeld(WorkerState& worker, BootTime now);
  void TakeHeldBatch(WorkerState& worker, BatchState& batch, const HeldReport& held, BootTime now);
  void Release(BatchState& batch, BootTime now);
  void TakeFailed(WorkerState& worker);
  void TakeJobFailure(WorkerState& worker, JobState& job, const std::string& reason);
  void DrainForFailures(WorkerState& worker, const std::string& reason);
  void GiveFreshTerms(BootTime now);
  void CheckSilence(WorkerState& worker, BootTime now);
  void Lose(WorkerState& worker, BootTime now);
  void EndIgnored(BootTime now);

  // --- progress.cc: batches of which no row is stored
  void WatchProgress(absl::Duration passed, BootTime now);
  // Returns how long the holder may store no row of the batch while it should work on it.
  absl::Duration Patience(const WorkerState& worker, const BatchState& batch) const;
  void TakeBackStalled(WorkerState& worker, BatchState& first, BootTime now);
  std::string NameOf(const BatchState& batch) const;

  ClusterState& cluster_;
  LeaseTable& leases_;
  Planner& planner_;
  BootTime last_tick_;
};

}  // namespace motzkin::coordinator
