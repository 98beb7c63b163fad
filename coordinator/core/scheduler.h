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
// The promises of design section 4:
// - the newest instance of a worker wins; an older one is told that it is superseded;
// - a worker that was not heard for 12 s gets no new work, after 25 s its batches go to others;
// - a batch is shown to one worker at a time, and only after its lease is durable;
// - a batch whose holder's instance died three times is retried carefully, one a worker;
// - nothing is granted while the disk guard is on, while the store is away, or without a full
//   match;
// - every idle worker gets one batch before any worker is filled.
//
// Events only queue workers to be planned for; TakeIntentions() plans, once for all events since
// the last call. So the cost of an event does not grow with the number of workers or batches, and
// that of a tick or a poll grows with it once.
//
// The store is the truth. The scheduler only remembers: a poll overrides what it believed, an
// intention that failed is forgotten (and planned anew) or repeated, whichever is safe.
//
// Thread-compatible. Events must come in the order of their times.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/core/audits.h"
#include "coordinator/core/batch_sizer.h"
#include "coordinator/core/batch_state.h"
#include "coordinator/core/job_state.h"
#include "coordinator/core/types.h"
#include "coordinator/core/worker_state.h"

namespace motzkin::coordinator {

struct Policy {
  SizerPolicy sizer = {};
  SilencePolicy silence = {};
  // A worker in contact that does not take up a granted batch for this long does not get it.
  absl::Duration take_up = absl::Seconds(60);
  // A worker in contact that does not let go of a recalled batch for this long keeps no claim to
  // it.
  absl::Duration let_go = absl::Seconds(10);
  // Batches given to one worker at once, so that many workers ramp up side by side.
  int grants_at_once = 16;
  // Batches that the store may be asked for and not have answered about, of all workers together:
  // a tenth of a second of its work or two, so that who comes next does not wait for long.
  int64_t asked_max = 1024;
};

// What the store holds when a coordinator starts.
struct Restored {
  std::vector<JobSnapshot> jobs;
  std::vector<BatchSnapshot> open_batches;
  std::vector<LeaseSnapshot> leases;
  struct Worker {
    WorkerId worker;
    std::string name;
    WorkerControl control = WorkerControl::kRun;
  };
  std::vector<Worker> workers;
};

enum class ReportVerdict {
  kAccepted,
  kRepeated,    // a message that was already taken, or overtaken by a newer one: ignore it
  kSuperseded,  // a newer instance of this worker exists: tell it so, it exits
};

class Scheduler {
 public:
  explicit Scheduler(Policy policy = {}) : policy_(policy) {}

  // First of all, once. Every lease gets a full fresh term from `now`.
  void Restore(const Restored& restored, BootTime now);

  ReportVerdict OnWorkerReport(const WorkerReport& report, BootTime now);
  // Not a death: the silence decides.
  void OnStreamClosed(const WorkerId& worker, uint64_t instance, BootTime now);
  // About once a second.
  void OnTick(BootTime now);

  void OnPoll(const StorePoll& poll, BootTime now);
  // The store could not be asked.
  void OnStoreAway(const std::string& why, BootTime now);
  void OnConfirmation(const Confirmation& confirmation, BootTime now);

  // An operator's order was made durable: a job started, paused, resumed, cancelled or extended.
  void OnJob(const JobSnapshot& job, BootTime now);
  // The owner's order about a worker was made durable.
  void OnControl(const WorkerId& worker, WorkerControl control, BootTime now);
  // Empty: there is room again.
  void SetDiskGuard(const std::string& why_blocked, BootTime now);

  // An event that somebody else saw, in its place among the others.
  void Note(const std::string& kind, const std::string& text) { Event(kind, text); }

  // Plans for the workers that may have become due for work since the last call. Then, what to make
  // durable, in this order; each exactly once. Equal kinds follow each other where they can, for
  // the store to take together.
  std::vector<Intention> TakeIntentions();
  // Workers whose desired state may have changed since the last call.
  std::set<WorkerId> TakeChanged();
  Desired DesiredFor(const WorkerId& worker) const;

  bool store_up() const { return store_up_; }
  // Why no work is granted at all; empty when it is.
  std::string Blocked() const;
  const std::map<WorkerId, WorkerState>& workers() const { return workers_; }
  const std::map<int64_t, JobState>& jobs() const { return jobs_; }
  const std::map<BatchKey, BatchState>& batches() const { return batches_; }
  const Policy& policy() const { return policy_; }

 private:
  // --- scheduler.cc: bookkeeping
  void Emit(decltype(Intention::what) what);
  void Event(std::string kind, std::string text);
  BatchState* FindBatch(const BatchKey& key);
  JobState* FindJob(int64_t id);
  void TakeJob(const JobSnapshot& snapshot);
  void AddBatch(const BatchSnapshot& snapshot);
  void ForgetBatch(const BatchKey& key);
  // Takes the lease away from its worker; the batch can be granted again at once.
  void DropLease(BatchState& batch);
  // DropLease and an EndLease intention, if the lease is durable.
  void EndLeaseOf(BatchState& batch, LeaseEnd why);
  void ForgetJob(int64_t id);
  std::string BatchName(const BatchKey& key) const;

  // --- store_reconciler.cc: what the store answers
  void ReconcileBatches(const StorePoll& poll);
  void EndReleasedLeases(const StorePoll& poll);
  void Confirmed(const AllocateBatches& what, const Confirmation& answer, BootTime now);
  void Confirmed(const GrantLeases& what, const Confirmation& answer, BootTime now);
  void Confirmed(const EndLease& what, const Confirmation& answer, BootTime now);
  void Confirmed(const SplitBatch& what, const Confirmation& answer, BootTime now);
  void Confirmed(const SetJobPhase& what, const Confirmation& answer, BootTime now);
  void Confirmed(const SetJobReason& what, const Confirmation& answer, BootTime now);
  void Confirmed(const SetControl& what, const Confirmation& answer, BootTime now);
  void Confirmed(const RecordEvent& what, const Confirmation& answer, BootTime now);
  // Emits it again once the store is back.
  void Postpone(decltype(Intention::what) what);
  void FinishJobs();
  void EndJob(JobState& job, JobPhase phase, const std::string& reason);

  // --- worker_watch.cc: what workers say, and their silence
  void ReplaceInstance(WorkerState& worker);
  void Welcome(WorkerState& worker, bool known, BootTime now);
  void TakeHeld(WorkerState& worker, BootTime now);
  void TakeHeldBatch(WorkerState& worker, BatchState& batch, const HeldReport& held, BootTime now);
  void Release(BatchState& batch, BootTime now);
  void TakeMissingBatch(BatchState& batch, BootTime now);
  void TakeFailed(WorkerState& worker);
  void DrainForFailures(WorkerState& worker, const std::string& reason);
  void CheckSilence(WorkerState& worker, BootTime now);
  void Lose(WorkerState& worker, BootTime now);
  void GiveFreshTerms(BootTime now);

  // --- planner.cc: granting
  bool MayGrant() const { return store_up_ && disk_guard_.empty(); }
  // Remembers which jobs the worker fully matches; both change rarely, and are asked for all the
  // time.
  void Match(WorkerState& worker);
  bool Takes(const WorkerState& worker, const JobState& job) const;
  void WeighWorkers();
  // Queues the worker to be planned for.
  void PlanLater(WorkerState& worker);
  void PlanLaterForAll();
  void PlanLaterForTheHungry();
  // Plans for queued workers while the store may be asked: first a little for those that have
  // nothing, then the rest for everyone.
  void Plan();
  struct Claim;     // Of a job on a worker.
  struct Planning;  // For one worker.
  struct Round;     // For all.
  enum class Helping { kFirst, kWhole };
  void PlanFrom(std::deque<WorkerState*>& queue, Helping helping, Round& round);
  void PlanFor(WorkerState& worker, Helping helping, Round& round);
  std::vector<Claim> ClaimsOn(const WorkerState& worker);
  static Claim* Neediest(std::vector<Claim>& claims);
  // False: there is nothing to give.
  bool GiveOne(Planning& planning, Claim& claim);
  int64_t HeldBy(const WorkerState& worker, int64_t job) const;
  bool HoldsCareful(const WorkerState& worker) const;
  // What it reports to hold although it is leased to nobody.
  std::vector<BatchState*> Left(const WorkerState& worker);
  bool MayTake(const Planning& planning, const JobState& job, const BatchState& batch) const;
  BatchState* NextPending(const Planning& planning, JobState& job);
  void BeginGrant(WorkerState& worker, BatchState& batch);
  void PlanAudits(BootTime now);
  // Those that may take audits of the job now: a running or completed one.
  std::vector<Auditor> AuditorsOf(int64_t job) const;
  void ShowReasons();

  // --- rebalance.cc: the end of a job
  void Rebalance(JobState& job, BootTime now);
  void Relieve(const WorkerState& victim, const JobState& job, int64_t functions, BootTime now);
  void EndOverdue(BootTime now);

  const Policy policy_;
  std::map<int64_t, JobState> jobs_;
  std::map<BatchKey, BatchState> batches_;  // Open ones of running jobs.
  std::map<WorkerId, WorkerState> workers_;
  Audits audits_;
  bool store_up_ = true;
  std::string disk_guard_;
  BootTime last_tick_;
  uint64_t next_intention_ = 1;
  std::vector<Intention> intentions_;
  std::map<uint64_t, Intention> in_flight_;
  int64_t asked_ = 0;  // Batches in them, to be allocated or granted.
  // What must happen and failed because the store was away; emitted again when it is back.
  std::vector<Intention> postponed_;
  std::set<WorkerId> changed_;
  // Workers to plan for, longest waiting first: those that had nothing when they were queued, and
  // others. Into `workers_`, which forgets nobody.
  std::deque<WorkerState*> empty_handed_;
  std::deque<WorkerState*> to_refill_;
  bool weigh_ = false;  // Who may work has changed.
};

}  // namespace motzkin::coordinator
