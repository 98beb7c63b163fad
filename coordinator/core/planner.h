// Gives batches and audits to workers, and finds the reason why a job has no worker.
//
// Events only queue workers to be planned for, and Plan() then serves all of them at once. So the
// cost of an event does not grow with the number of workers or batches, and the cost of a tick or a
// poll is proportional to it.
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
  // Queues the workers that wanted more when there was nothing to give.
  void QueueHungry();
  // The set of workers that may work has changed, so the jobs' sums over them are out of date.
  void WeighLater() { weigh_ = true; }
  // Notes the jobs whose requirements the worker meets. Jobs and workers change rarely, and the
  // answer is needed all the time.
  void Match(WorkerState& worker);

  // Serves the queued workers for as long as the store may be asked. Every idle worker gets a first
  // helping before any worker is filled.
  void Plan();
  // Does what follows from no event. Called about once a second.
  void OnTick(BootTime now);
  // `open` are the audits that may be worked on now.
  void OnAudits(const std::vector<AuditSnapshot>& open, BootTime now);
  void OnGiven(const GiveAudit& what, bool noted, const std::string& candidate);
  std::vector<GivenAudit> AuditsOf(const WorkerId& worker) const { return audits_.Of(worker); }
  // Tells the store why a running job has no worker, for each job whose reason has changed.
  void ShowReasons();

 private:
  struct Claim;     // How much one job should have on a worker, and has.
  struct Planning;  // The work of one PlanFor().
  enum class Helping { kFirst, kWhole };

  void Weigh();
  void PlanFrom(std::deque<WorkerState*>& queue, Helping helping);
  void PlanFor(WorkerState& worker, Helping helping);
  std::vector<Claim> ClaimsOn(const WorkerState& worker);
  // Returns false if there is nothing to give.
  bool GiveOne(Planning& planning, Claim& claim);
  // Returns the batches that the worker reports to hold although no worker has a lease on them.
  std::vector<BatchState*> Left(const WorkerState& worker);
  BatchState* NextPending(const Planning& planning, const JobState& job);
  void PlanAudits(BootTime now);
  // Returns the workers that may take audits of the job now, and without room those that may later.
  std::vector<Auditor> AuditorsOf(int64_t job);

  // --- rebalance.cc: the end of a job
  void Rebalance(JobState& job, BootTime now);
  void Relieve(const WorkerState& victim, const JobState& job, int64_t functions, BootTime now);

  ClusterState& cluster_;
  LeaseTable& leases_;
  Audits audits_;
  // The workers to plan for, longest waiting first: those that had nothing when they were queued,
  // and the others.
  std::deque<WorkerState*> empty_handed_;
  std::deque<WorkerState*> to_refill_;
  // The allocations that Plan() has decided on but not emitted yet.
  std::vector<AllocateBatches> allocations_;
  int64_t batches_in_allocations_ = 0;
  bool weigh_ = false;
};

}  // namespace motzkin::coordinator
