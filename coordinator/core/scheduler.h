// The coordinator's rules: who works on what. A pure state machine: events come in with the boot
// time at which they happened, intentions go out to be made durable, and every worker's desired
// state can be asked for at any time. It does no I/O, reads no clock and draws no random number, so
// that a simulator can replay years of bad nights from a seed (tests/sim).
//
//   worker reports --> +-----------+ --> TakeIntentions() --> store --+
//   ticks, orders ---> | Scheduler |                                  |
//   store polls -----> +-----------+ <------- OnConfirmation() <------+
//                            |
//                            +--> DesiredFor(worker)
//
// This is the public face. The rules themselves are in the parts, which share a ClusterState:
//
//   LeaseTable       has the open batches and the leases on them
//   WorkerWatch      takes workers' reports and notices their silence
//   StoreReconciler  takes the store's polls and answers
//   Planner          gives batches and audits to workers
//
// It promises (docs/job_lifecycle.md has the states behind that):
// - the newest instance of a worker wins; an older one is told that it is superseded;
// - a worker that was not heard for 12 s gets no new work, after 25 s its batches go to others;
// - a batch is shown to one worker at a time, and only after its lease is durable;
// - a batch whose holder's instance died three times is retried carefully, one a worker;
// - nothing is granted while the disk guard is on, while the store is away, or without a full
//   match;
// - every idle worker gets one batch before any worker is filled.
//
// The store is the truth; the scheduler only remembers.
//
// Thread-compatible. Events must come in the order of their times.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/core/cluster_state.h"
#include "coordinator/core/lease_table.h"
#include "coordinator/core/planner.h"
#include "coordinator/core/store_reconciler.h"
#include "coordinator/core/worker_watch.h"

namespace motzkin::coordinator {

class Scheduler {
 public:
  explicit Scheduler(const Policy& policy = {}) : cluster_{.policy = policy} {}
  Scheduler(const Scheduler&) = delete;  // Its parts refer to each other.
  Scheduler& operator=(const Scheduler&) = delete;

  // Must be the first call, and happen once. Every lease gets a full fresh term from `now`.
  void Restore(const Restored& restored, BootTime now);

  ReportVerdict OnWorkerReport(const WorkerReport& report, BootTime now) {
    return watch_.OnReport(report, now);
  }
  // A closed stream does not mean a death, as the worker may reconnect: its silence decides.
  void OnStreamClosed(const WorkerId& worker, uint64_t instance, BootTime now) {
    watch_.OnStreamClosed(worker, instance, now);
  }
  // Called about once a second.
  void OnTick(BootTime now);

  void OnPoll(const StorePoll& poll, BootTime now) {
    store_.OnPoll(poll, now);
    watch_.ResumeDue(poll.due);
  }
  // The store could not be asked.
  void OnStoreAway(const std::string& why) { store_.OnStoreAway(why); }
  void OnConfirmation(const Confirmation& answer, BootTime now) {
    store_.OnConfirmation(answer, now);
  }

  // An operator's order was made durable: a job started, paused, resumed, cancelled or extended.
  void OnJob(const JobSnapshot& job);
  // The owner's order about a worker was made durable.
  void OnControl(const WorkerId& id, WorkerControl control,
                 const std::string& reason = WorkerState::kByItsOwner) {
    watch_.OnControl(id, control, reason);
  }
  // Stops all grants while `why_blocked` is not empty.
  void SetDiskGuard(const std::string& why_blocked);

  // Records an event that another part of the coordinator saw, in its place among the others.
  void Note(const std::string& kind, const std::string& text) { cluster_.outbox.Event(kind, text); }

  // Plans for the workers that may have become due for work since the last call. Returns the
  // changes to make durable, in this order and each exactly once. Equal kinds follow each other
  // where they can, so that the store takes them together.
  std::vector<Intention> TakeIntentions();
  // Returns the workers whose desired state may have changed since the last call.
  std::set<WorkerId> TakeChanged() { return std::exchange(cluster_.changed, {}); }
  Desired DesiredFor(const WorkerId& worker) const;

  // Lists the workers that hold nothing, about which their owner has given no order, and that were
  // not heard for this long; the time before the restart of this coordinator does not count.
  std::vector<WorkerId> Silent(absl::Duration silence, BootTime now) const;
  // Forgets a worker that the store has forgotten. Returns false if it is not Silent() any more.
  bool Forget(const WorkerId& worker, absl::Duration silence, BootTime now);

  bool store_up() const { return cluster_.store_up; }
  // Says why no work is granted at all; empty when it is.
  std::string Blocked() const {
    return cluster_.store_up ? cluster_.disk_guard : "Postgres is away";
  }
  const std::map<WorkerId, WorkerState>& workers() const { return cluster_.workers; }
  const std::map<BatchKey, BatchState>& batches() const { return leases_.batches(); }

 private:
  bool IsSilent(const WorkerState& worker, absl::Duration silence, BootTime now) const;

  BootTime started_;
  ClusterState cluster_;
  LeaseTable leases_{cluster_};
  Planner planner_{cluster_, leases_};
  StoreReconciler store_{cluster_, leases_, planner_};
  WorkerWatch watch_{cluster_, leases_, planner_};
};

}  // namespace motzkin::coordinator
