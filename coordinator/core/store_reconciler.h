// Keeps the rules true to the store. A poll overrides what they believed. An intention that failed
// is forgotten and planned anew, unless it must happen: then it is repeated once the store is back.
//
// Thread-compatible.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "coordinator/core/cluster_state.h"
#include "coordinator/core/lease_table.h"
#include "coordinator/core/planner.h"

namespace motzkin::coordinator {

class StoreReconciler {
 public:
  // All must outlive this.
  StoreReconciler(ClusterState& cluster, LeaseTable& leases, Planner& planner)
      : cluster_(cluster), leases_(leases), planner_(planner) {}

  void OnPoll(const StorePoll& poll, BootTime now);
  void OnStoreAway(const std::string& why);
  void OnConfirmation(const Confirmation& answer, BootTime now);
  // Takes the store's word about a job, polled or after an operator's order.
  void TakeJob(const JobSnapshot& snapshot);
  // Asks the store to complete the jobs whose target is sealed.
  void FinishJobs();

 private:
  // The holder of the batch stored `rows` of it.
  void Credit(const BatchState& batch, int64_t rows, BootTime now);
  void ReconcileBatches(const StorePoll& poll, BootTime now);
  void EndReleasedLeases(const StorePoll& poll);
  // Drains the workers in quarantine, each once: its owner's `resume` ends the quarantine, which a
  // poll under way may not know yet.
  void DrainQuarantined(const std::vector<Quarantine>& quarantines);
  // Keeps a change that must happen although the store was away; the next poll repeats it. Returns
  // false if the change need not happen.
  bool Postpone(const Change& what);
  void Confirmed(const AllocateBatches& what, const Confirmation& answer, BootTime now);
  void Confirmed(const GrantLeases& what, const Confirmation& answer, BootTime now);
  void Confirmed(const GiveAudit& what, const Confirmation& answer, BootTime now);
  void Confirmed(const SplitBatch& what, const Confirmation& answer, BootTime now);
  void Confirmed(const SetJobState& what, const Confirmation& answer, BootTime now);
  void Confirmed(const SetControl& what, const Confirmation& answer, BootTime now);
  // The other kinds have no consequences here.
  template <typename What>
  void Confirmed(const What& what, const Confirmation& answer, BootTime now) {}

  ClusterState& cluster_;
  LeaseTable& leases_;
  Planner& planner_;
  std::vector<Change> postponed_;
  std::set<Quarantine> quarantines_;  // As of the last poll.
};

}  // namespace motzkin::coordinator
