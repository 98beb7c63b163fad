// Who gets what: batches and audits for workers, and the reason of a job that nobody works on.
//
// Events only queue workers to be planned for; Plan() then serves all of them at once. So the cost
// of an event does not grow with the number of workers or batches, and that of a tick or a poll
// grows with it once.
//
// Thread-compatible.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "coordinator/core/audits.h"
#include "coordinator/core/cluster_state.h"
#include "coordinator/core/lease_table.h"

namespace motzkin::coordinator {

class Planner {
 public:
  // Both must outlive this.
  Planner(ClusterState& cluster, LeaseTable& leases) : cluster_(cluster), leases_(leases) {}

  // The worker may have become due for work.
  void Queue(WorkerState& worker);
  void QueueAll();
  // Those who could do with more when there was nothing to give.
  void QueueHungry();
  // Who may work has changed; the jobs' sums over their workers are out of date.
  void WeighLater() { weigh_ = true; }
  // Notes which jobs' requirements the worker meets. Both change rarely, and are asked for all the
  // time.
  void Match(WorkerState& worker);

  // Serves the queued workers while the store may be asked: first a little for those that have
  // nothing, then the rest for everyone.
  void Plan();
  // About once a second: what does not follow from an event.
  void OnTick(BootTime now);
  // `open` are the audits that may be worked on now.
  void OnAudits(const std::vector<AuditSnapshot>& open, BootTime now);
  std::vector<AuditKey> AuditsOf(const WorkerId& worker) const { return audits_.Of(worker); }
  // Tells the store why nobody works on a running job, where that has changed.
  void ShowReasons();

 private:
  struct Claim;     // One job's on a worker.
  struct Planning;  // For one worker.
  enum class Helping { kFirst, kWhole };

  void Weigh();
  void PlanFrom(std::deque<WorkerState*>& queue, Helping helping);
  void PlanFor(WorkerState& worker, Helping helping);
  std::vector<Claim> ClaimsOn(const WorkerState& worker);
  // False: there is nothing to give.
  bool GiveOne(Planning& planning, Claim& claim);
  // Batches that the worker reports to hold although they are leased to nobody.
  std::vector<BatchState*> Left(const WorkerState& worker);
  BatchState* NextPending(const Planning& planning, const JobState& job);
  void PlanAudits(BootTime now);
  // The workers that may take audits of the job now.
  std::vector<Auditor> AuditorsOf(int64_t job);

  // --- rebalance.cc: the end of a job
  void Rebalance(JobState& job, BootTime now);
  void Relieve(const WorkerState& victim, const JobState& job, int64_t functions, BootTime now);

  ClusterState& cluster_;
  LeaseTable& leases_;
  Audits audits_;
  // Workers to plan for, longest waiting first: those that had nothing when they were queued, and
  // others.
  std::deque<WorkerState*> empty_handed_;
  std::deque<WorkerState*> to_refill_;
  // What Plan() has not asked the store for yet.
  std::vector<AllocateBatches> allocations_;
  int64_t batches_in_allocations_ = 0;
  bool weigh_ = false;
};

}  // namespace motzkin::coordinator
