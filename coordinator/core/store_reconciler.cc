#include "coordinator/core/store_reconciler.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

namespace motzkin::coordinator {

void StoreReconciler::OnPoll(const StorePoll& poll, BootTime now) {
  if (!std::exchange(cluster_.store_up, true)) {
    cluster_.outbox.Event("coordinator", "Postgres is back");
    // Each of them may have happened after all. The store takes a repetition: it changes nothing,
    // or is refused, or shows an event twice.
    for (Change& what : std::exchange(postponed_, {})) cluster_.outbox.Emit(std::move(what));
    cluster_.ChangeAll();
  }
  // The order matters. Batches are taken for running jobs only, so jobs come first. Closed batches
  // go before released leases are ended: a released lease that is left then lacks results.
  for (const JobSnapshot& snapshot : poll.jobs) TakeJob(snapshot);
  ReconcileBatches(poll, now);
  EndReleasedLeases(poll);
  DrainQuarantined(poll.quarantines);
  FinishJobs();
  planner_.QueueHungry();
  planner_.OnAudits(poll.audits, now);
}

void StoreReconciler::OnStoreAway(const std::string& why) {
  if (!std::exchange(cluster_.store_up, false)) return;
  cluster_.outbox.Event("coordinator", "Postgres is away: ", why);
  cluster_.ChangeAll();
}

void StoreReconciler::TakeJob(const JobSnapshot& snapshot) {
  const auto [found, inserted] = cluster_.jobs.try_emplace(snapshot.rules.id, snapshot);
  JobState& job = found->second;
  const bool ran = !inserted && job.running();
  if (!inserted) job.Update(snapshot);
  if (!job.running()) leases_.Forget(job);
  if (job.running() && !ran) planner_.QueueAll();
  if (!inserted) return;
  for (auto& [id, worker] : cluster_.workers) planner_.Match(worker);
}

void StoreReconciler::Credit(const BatchState& batch, int64_t rows, BootTime now) {
  const Lease* lease = batch.lease();
  // While it is being granted, rows can only come from those who had it before.
  if (rows <= 0 || lease == nullptr || lease->phase == LeasePhase::kGranting) return;
  cluster_.workers.at(lease->worker).delivery.Add(rows, now, cluster_.DeliveryWindow());
}

void StoreReconciler::ReconcileBatches(const StorePoll& poll, BootTime now) {
  absl::flat_hash_map<BatchKey, const BatchSnapshot*> open;
  open.reserve(poll.batches.size());
  for (const BatchSnapshot& batch : poll.batches) open[batch.key] = &batch;
  for (const int64_t job : poll.polled_jobs) {
    for (BatchState* batch : leases_.OfJob(job)) {
      const auto found = open.find(batch->key);
      if (found != open.end()) {
        Credit(*batch, batch->Update(*found->second), now);
        continue;
      }
      // A batch of a polled job that is missing from the poll is closed.
      if (batch->lease() != nullptr) {
        Credit(*batch, batch->size() - batch->stored, now);
        // A finished batch shows that the worker can do the work.
        WorkerState& worker = cluster_.workers.at(batch->lease()->worker);
        worker.failures_in_row = 0;
        worker.stalls = std::max(worker.stalls - 1, 0);
        leases_.End(*batch, LeaseEnd::kDone);
      }
      leases_.Forget(*batch);
    }
  }
  // Batches that we do not know were allocated or split by a call whose answer was lost.
  for (const BatchSnapshot& batch : poll.batches) leases_.Add(batch);
}

void StoreReconciler::EndReleasedLeases(const StorePoll& poll) {
  for (const auto& [key, batch] : leases_.batches()) {
    // End() keeps the batch in the table, so the loop may go on.
    const Lease* lease = batch.lease();
    if (lease == nullptr || lease->phase != LeasePhase::kReleased) continue;
    // Only a look at the store that began after the release can tell that results are missing.
    if (lease->released < poll.asked_at) leases_.End(*leases_.Find(key), LeaseEnd::kReturned);
  }
}

void StoreReconciler::DrainQuarantined(const std::vector<Quarantine>& quarantines) {
  for (const Quarantine& quarantine : quarantines) {
    const auto found = cluster_.workers.find(quarantine.worker);
    if (quarantines_.contains(quarantine) || found == cluster_.workers.end()) continue;
    WorkerState& worker = found->second;
    if (worker.control == WorkerControl::kRemoved) continue;
    worker.control_reason =
        absl::StrCat("worker ", quarantine.auditor, " found its row ", quarantine.row, " wrong");
    // Suspended, it would trust itself once its owner lets it run.
    if (worker.control != WorkerControl::kDrain) {
      worker.control = WorkerControl::kDrain;
      cluster_.outbox.Emit(SetControl{quarantine.worker, WorkerControl::kDrain});
    }
    cluster_.outbox.Event(
        "worker", "worker ", worker.name(), " is drained: ", worker.control_reason,
        "; its rows of that day and later have no label until motzkin void ", worker.name(),
        " takes them back or motzkin resume ", worker.name(), " trusts them");
    cluster_.changed.insert(quarantine.worker);
  }
  quarantines_ = {quarantines.begin(), quarantines.end()};
}

void StoreReconciler::FinishJobs() {
  for (auto& [id, job] : cluster_.jobs) {
    if (job.running() && job.Finished()) leases_.EndJob(job, v1::JOB_STATE_COMPLETED, "");
  }
}

void StoreReconciler::OnConfirmation(const Confirmation& answer, BootTime now) {
  const std::optional<Intention> intention = cluster_.outbox.Settle(answer.id);
  if (!intention.has_value()) return;
  // After UNAVAILABLE the change may or may not have happened. A refusal means that something
  // changed behind our back (a batch closed, a job cancelled). In both cases the next poll tells.
  if (absl::IsUnavailable(answer.status)) {
    OnStoreAway(std::string(answer.status.message()));
    if (Postpone(intention->what)) return;
  }
  std::visit([&](const auto& what) { Confirmed(what, answer, now); }, intention->what);
}

bool StoreReconciler::Postpone(const Change& what) {
  // A night of trouble fits. Events beyond that are only in the log on stderr.
  constexpr size_t kPostponedMax = 10'000;
  const bool must_happen =
      std::holds_alternative<EndLease>(what) || std::holds_alternative<SplitBatch>(what) ||
      std::holds_alternative<SetJobState>(what) || std::holds_alternative<SetControl>(what) ||
      (std::holds_alternative<RecordEvent>(what) && postponed_.size() < kPostponedMax);
  if (must_happen) postponed_.push_back(what);
  return must_happen;
}

void StoreReconciler::Confirmed(const AllocateBatches& what, const Confirmation& answer, BootTime) {
  WorkerState& worker = cluster_.workers.at(what.worker);
  const auto allocating = worker.allocating.find(what.job);
  allocating->second -= what.functions();
  if (allocating->second == 0) worker.allocating.erase(allocating);
  // It is not queued at once, as it might be refused again and again: the next tick asks anew.
  if (!answer.status.ok()) worker.hungry = true;
  JobState& job = cluster_.jobs.at(what.job);
  job.allocating -= what.functions();
  // We did not know that the target was allocated, for example because an answer was lost. Unless
  // we learn it here, the same allocation is asked for at every tick.
  if (absl::IsOutOfRange(answer.status)) job.AllocationExhausted();
  if (!answer.status.ok()) return;
  for (const BatchSnapshot& batch : answer.batches) leases_.Add(batch);
  planner_.Queue(worker);
}

void StoreReconciler::Confirmed(const GrantLeases& what, const Confirmation& answer, BootTime now) {
  WorkerState& worker = cluster_.workers.at(what.worker);
  for (size_t i = 0; i < what.batches.size(); ++i) {
    BatchState* batch = leases_.Find(what.batches[i]);
    Lease* lease = batch == nullptr ? nullptr : batch->lease();
    const bool ours =
        lease != nullptr && lease->grant == answer.id && lease->phase == LeasePhase::kGranting;
    // The worker may have been lost or replaced, or the job have ended, while the store was
    // writing. Then the store has a lease that the rules do not want.
    const bool late = !ours || worker.report.instance != what.instance;
    if (ours && (late || !answer.status.ok())) leases_.Drop(*batch);
    if (!answer.status.ok()) {
      if (ours) batch->stale = true;
      continue;
    }
    const LeaseSnapshot& granted = answer.leases.at(i);
    if (late) {
      cluster_.outbox.Emit(EndLease{granted.key, LeaseEnd::kReturned});
      continue;
    }
    batch->Update(granted.batch);
    lease->attempt = granted.key.attempt;
    lease->phase = LeasePhase::kLive;
    lease->done = granted.done;
    lease->end = batch->end;
    lease->unstarted_begin = batch->begin;
    lease->since = now;
    cluster_.changed.insert(what.worker);
  }
  // This may have been a first helping only.
  if (answer.status.ok()) planner_.Queue(worker);
}

void StoreReconciler::Confirmed(const GiveAudit& what, const Confirmation& answer, BootTime) {
  planner_.OnGiven(what, answer.status.ok(), answer.candidate);
}

void StoreReconciler::Confirmed(const SplitBatch& what, const Confirmation& answer, BootTime) {
  BatchState* batch = leases_.Find(what.batch);
  if (batch != nullptr && batch->lease() != nullptr) batch->lease()->splitting = false;
  // A refused batch was closed, or split by an attempt whose answer was lost. The next poll tells.
  if (!answer.status.ok()) return;
  if (batch != nullptr) batch->CutAt(what.at);
  for (const BatchSnapshot& tail : answer.batches) leases_.Add(tail);
}

void StoreReconciler::Confirmed(const SetControl& what, const Confirmation& answer, BootTime) {
  // Orders of the owner reach the store on another way. While Postgres was away, one may have got
  // there before this, which was ours, and this has replaced it now.
  const WorkerControl wanted = cluster_.workers.at(what.worker).control;
  if (answer.status.ok() && wanted != what.control) {
    cluster_.outbox.Emit(SetControl{what.worker, wanted});
  }
}

void StoreReconciler::Confirmed(const SetJobState& what, const Confirmation& answer, BootTime) {
  JobState& job = cluster_.jobs.at(what.job);
  job.ending = false;
  // The store refuses if an operator's order was first. The next poll then brings the job's state,
  // and its batches if it still runs.
  if (!answer.status.ok()) return;
  job.Update(answer.job);
  if (what.state == v1::JOB_STATE_FAILED) {
    cluster_.outbox.Event("job", "job ", job.rules.name, " failed: ", what.reason);
  } else {
    cluster_.outbox.Event("job", "job ", job.rules.name, " completed: ", job.progress.stored,
                          " functions, ", job.progress.integrated, " integrated");
  }
}

}  // namespace motzkin::coordinator
