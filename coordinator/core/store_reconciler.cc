// What the store says and answers. See scheduler.h.
#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "coordinator/core/scheduler.h"

namespace motzkin::coordinator {
namespace {

// A refusal names something that changed behind our back (a batch closed, a job cancelled): the
// next poll tells. UNAVAILABLE tells nothing: the change may have happened.
bool Away(const absl::Status& status) { return absl::IsUnavailable(status); }

}  // namespace

void Scheduler::OnPoll(const StorePoll& poll, BootTime now) {
  if (!store_up_) {
    store_up_ = true;
    Event("coordinator", "Postgres is back");
    for (Intention& intention : std::exchange(postponed_, {})) Emit(std::move(intention.what));
    for (const auto& [id, worker] : workers_) changed_.insert(id);
  }
  for (const JobSnapshot& snapshot : poll.jobs) TakeJob(snapshot);
  ReconcileBatches(poll);
  EndReleasedLeases(poll);
  FinishJobs();
  PlanLaterForTheHungry();
  audits_.Update(poll.audits);
  PlanAudits(now);
}

void Scheduler::OnStoreAway(const std::string& why, BootTime now) {
  if (!store_up_) return;
  store_up_ = false;
  Event("coordinator", absl::StrCat("Postgres is away: ", why));
  for (const auto& [id, worker] : workers_) changed_.insert(id);
}

void Scheduler::ReconcileBatches(const StorePoll& poll) {
  absl::flat_hash_map<BatchKey, const BatchSnapshot*> open;
  open.reserve(poll.batches.size());
  for (const BatchSnapshot& batch : poll.batches) open[batch.key] = &batch;
  for (const int64_t job : poll.polled_jobs) {
    std::vector<BatchKey> closed;
    for (auto it = batches_.lower_bound({job, 0}); it != batches_.end() && it->first.job == job;
         ++it) {
      const auto found = open.find(it->first);
      if (found == open.end()) {
        closed.push_back(it->first);
      } else {
        it->second.Update(*found->second);
      }
    }
    for (const BatchKey& key : closed) {
      BatchState& batch = *FindBatch(key);
      if (batch.lease.has_value()) {
        workers_.at(batch.lease->worker).failures_in_row = 0;
        EndLeaseOf(batch, LeaseEnd::kDone);
      }
      ForgetBatch(key);
    }
  }
  // Batches that we do not know: allocated or split by a call whose answer was lost.
  for (const BatchSnapshot& batch : poll.batches) AddBatch(batch);
}

void Scheduler::EndReleasedLeases(const StorePoll& poll) {
  for (auto& [key, batch] : batches_) {
    if (!batch.lease.has_value() || batch.lease->phase != LeasePhase::kReleased) continue;
    // Only a look at the store that began after the release can tell that results are missing.
    if (batch.lease->released < poll.asked_at) EndLeaseOf(batch, LeaseEnd::kReturned);
  }
}

void Scheduler::FinishJobs() {
  for (auto& [id, job] : jobs_) {
    if (job.running() && job.Finished()) EndJob(job, JobPhase::kCompleted, "");
  }
}

void Scheduler::EndJob(JobState& job, JobPhase phase, const std::string& reason) {
  if (job.ending) return;
  job.ending = true;
  Emit(SetJobPhase{job.rules().id, phase, reason});
  ForgetJob(job.rules().id);
}

void Scheduler::OnConfirmation(const Confirmation& confirmation, BootTime now) {
  const auto found = in_flight_.find(confirmation.id);
  if (found == in_flight_.end()) return;
  const Intention intention = std::move(found->second);
  in_flight_.erase(found);
  asked_ -= BatchesAskedFor(intention);
  if (Away(confirmation.status)) OnStoreAway(std::string(confirmation.status.message()), now);
  std::visit([&](const auto& what) { Confirmed(what, confirmation, now); }, intention.what);
}

void Scheduler::Confirmed(const AllocateBatches& what, const Confirmation& answer, BootTime) {
  WorkerState& worker = workers_.at(what.worker);
  const auto allocating = worker.allocating.find(what.job);
  allocating->second -= what.functions();
  if (allocating->second == 0) worker.allocating.erase(allocating);
  if (!answer.status.ok()) worker.hungry = true;  // Not at once: it may be refused again.
  JobState* job = FindJob(what.job);
  if (job == nullptr) return;
  job->allocating -= what.functions();
  if (absl::IsOutOfRange(answer.status)) job->AllocationExhausted();
  if (!answer.status.ok()) return;
  for (const BatchSnapshot& batch : answer.batches) AddBatch(batch);
  PlanLater(worker);
}

void Scheduler::Confirmed(const GrantLeases& what, const Confirmation& answer, BootTime now) {
  WorkerState& worker = workers_.at(what.worker);
  for (size_t i = 0; i < what.batches.size(); ++i) {
    BatchState* batch = FindBatch(what.batches[i]);
    const bool ours = batch != nullptr && batch->lease.has_value() &&
                      batch->lease->grant == answer.id &&
                      batch->lease->phase == LeasePhase::kGranting;
    if (!answer.status.ok()) {
      if (!ours) continue;
      DropLease(*batch);
      batch->stale = true;
      continue;
    }
    const LeaseSnapshot& granted = answer.leases.at(i);
    // The worker was lost, or the job ended, while the store was writing.
    if (!ours || worker.report.instance != what.instance) {
      if (ours) DropLease(*batch);
      Emit(EndLease{granted.key, LeaseEnd::kReturned});
      continue;
    }
    batch->Update(granted.batch);
    Lease& lease = *batch->lease;
    lease.attempt = granted.key.attempt;
    lease.phase = LeasePhase::kLive;
    lease.done = granted.done;
    lease.end = batch->end;
    lease.unstarted_begin = batch->begin;
    lease.since = now;
    changed_.insert(what.worker);
  }
  if (answer.status.ok()) PlanLater(worker);
}

void Scheduler::Postpone(decltype(Intention::what) what) {
  postponed_.emplace_back().what = std::move(what);
}

void Scheduler::Confirmed(const EndLease& what, const Confirmation& answer, BootTime now) {
  if (Away(answer.status)) Postpone(what);
}

void Scheduler::Confirmed(const SplitBatch& what, const Confirmation& answer, BootTime now) {
  if (Away(answer.status)) {
    Postpone(what);
    return;
  }
  BatchState* batch = FindBatch(what.batch);
  if (batch != nullptr && batch->lease.has_value()) batch->lease->splitting = false;
  // Refused: it was split by the attempt whose answer was lost, or closed. The next poll tells.
  if (!answer.status.ok()) return;
  if (batch != nullptr) batch->CutAt(what.at);
  for (const BatchSnapshot& tail : answer.batches) AddBatch(tail);
}

void Scheduler::Confirmed(const SetJobPhase& what, const Confirmation& answer, BootTime now) {
  if (Away(answer.status)) {
    Postpone(what);
    return;
  }
  JobState* job = FindJob(what.job);
  if (job == nullptr) return;
  job->ending = false;
  if (!answer.status.ok()) return;
  job->Update(answer.job);
  const JobProgress& progress = job->progress();
  Event("job", what.phase == JobPhase::kFailed
                   ? absl::StrCat("job ", job->rules().name, " failed: ", what.reason)
                   : absl::StrCat("job ", job->rules().name, " completed: ", progress.stored,
                                  " functions, ", progress.integrated, " integrated"));
}

void Scheduler::Confirmed(const SetJobReason&, const Confirmation&, BootTime) {}

void Scheduler::Confirmed(const SetControl& what, const Confirmation& answer, BootTime now) {
  if (Away(answer.status)) Postpone(what);
}

void Scheduler::Confirmed(const RecordEvent& what, const Confirmation& answer, BootTime now) {
  // A night of trouble fits; beyond that the log on stderr has to do.
  constexpr size_t kPostponedMax = 10'000;
  if (Away(answer.status) && postponed_.size() < kPostponedMax) Postpone(what);
}

}  // namespace motzkin::coordinator
