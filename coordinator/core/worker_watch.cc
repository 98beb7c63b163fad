#include "coordinator/core/worker_watch.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <utility>

namespace motzkin::coordinator {
namespace {

// A worker's policy is told of no more often than this.
constexpr absl::Duration kPolicyEvents = absl::Minutes(1);

std::string Batches(size_t count) {
  return absl::StrCat(count, count == 1 ? " batch" : " batches");
}

std::string Describe(const WorkerReport& report) {
  const std::string engines = absl::StrJoin(report.engines, ", ", absl::PairFormatter(" "));
  return absl::StrCat(report.slots, report.slots == 1 ? " slot, " : " slots, ",
                      engines.empty() ? "no engine" : engines);
}

}  // namespace

void WorkerWatch::Restore(const Restored& restored, BootTime now) {
  last_tick_ = now;
  for (const Restored::Worker& known : restored.workers) {
    WorkerState& worker = cluster_.workers[known.worker];
    worker.report.worker = known.worker;
    worker.report.name = known.name;
    worker.control = known.control;
    if (!known.control_reason.empty()) worker.control_reason = known.control_reason;
  }
  for (const LeaseSnapshot& lease : restored.leases) {
    WorkerState& worker = cluster_.workers[lease.worker];
    worker.report.worker = lease.worker;
    // Older processes of the worker are turned away from now on. Sequences are not stored, so the
    // first report of the newest process counts with any sequence number.
    worker.report.instance = std::max(worker.report.instance, lease.instance);
    BatchState* batch = leases_.Find(lease.key.batch);
    if (batch == nullptr) continue;  // Its job does not run, and the store ended the lease.
    worker.presence = Presence::kExpected;
    worker.heard = now;
    leases_.Lend(*batch, {.attempt = lease.key.attempt,
                          .worker = lease.worker,
                          .phase = LeasePhase::kLive,
                          .done = lease.done,
                          .since = now,
                          .restored = true});
  }
}

ReportVerdict WorkerWatch::OnReport(const WorkerReport& report, BootTime now) {
  const bool known = cluster_.workers.contains(report.worker);
  WorkerState& worker = cluster_.workers[report.worker];
  // A newer instance counts only until it is lost. Even with the largest number it keeps other
  // instances out for no longer.
  if (known && report.instance < worker.report.instance && worker.presence != Presence::kLost) {
    return ReportVerdict::kSuperseded;
  }
  const bool replaced = worker.report.instance != 0 && report.instance != worker.report.instance;
  if (!replaced && worker.report.sequence != 0 && report.sequence <= worker.report.sequence) {
    return ReportVerdict::kRepeated;
  }
  // The old report is still needed here: it says whether the old process was about to stop.
  if (replaced) ReplaceInstance(worker);
  const bool same_versions = worker.report.engines == report.engines &&
                             worker.report.generator_versions == report.generator_versions &&
                             worker.report.canonical_versions == report.canonical_versions;
  const bool was_grantable = worker.Grantable();
  worker.report = report;
  if (!same_versions) planner_.Match(worker);
  Welcome(worker, known, now);
  TellOfPolicy(worker, now);
  // A batch that failed is no longer held, so TakeHeld() would wait for its results. TakeFailed()
  // ends its lease at once.
  TakeHeld(worker, now);
  TakeFailed(worker);
  if (!same_versions || worker.Grantable() != was_grantable) planner_.WeighLater();
  planner_.Queue(worker);
  return ReportVerdict::kAccepted;
}

void WorkerWatch::OnStreamClosed(const WorkerId& id, uint64_t instance, BootTime now) {
  const auto found = cluster_.workers.find(id);
  if (found == cluster_.workers.end() || found->second.report.instance != instance) return;
  // It said goodbye and holds nothing, so there is nothing to wait for.
  if (found->second.Stopped()) Lose(found->second, now);
}

void WorkerWatch::OnControl(const WorkerId& id, WorkerControl control, const std::string& reason) {
  const auto found = cluster_.workers.find(id);
  if (found == cluster_.workers.end()) return;
  WorkerState& worker = found->second;
  worker.control = control;
  worker.control_reason = reason;
  if (control == WorkerControl::kRun) {
    worker.failures_in_row = 0;
    worker.stalls = 0;
  }
  if (control == WorkerControl::kRemoved) {
    for (BatchState* batch : leases_.HeldBy(worker)) leases_.End(*batch, LeaseEnd::kRevoked);
  }
  cluster_.changed.insert(id);
  planner_.WeighLater();
  planner_.Queue(worker);
}

void WorkerWatch::ResumeDue(const std::vector<WorkerId>& workers) {
  for (const WorkerId& id : workers) {
    const auto found = cluster_.workers.find(id);
    if (found == cluster_.workers.end()) continue;
    // The store says it again with each poll until it has noted that the worker runs.
    cluster_.outbox.Emit(SetControl{id, WorkerControl::kRun});
    if (found->second.control != WorkerControl::kSuspend) continue;
    OnControl(id, WorkerControl::kRun, WorkerState::kByItsOwner);
    cluster_.outbox.Event("worker", "worker ", found->second.name(), " resumed: its time is over");
  }
}

void WorkerWatch::ReplaceInstance(WorkerState& worker) {
  // The old process is dead, and its unsent results with it. Its death counts against the batches
  // that it had begun, unless it was about to stop anyway. If none is known to be begun, it died
  // before it could tell, and any of them may have killed it. After a restart of ours we do not
  // know which were begun.
  const std::vector<BatchState*> held = leases_.HeldBy(worker);
  const auto shown = [](const BatchState* batch) {
    return batch->lease()->phase != LeasePhase::kGranting && !batch->lease()->restored;
  };
  const bool any_begun = std::ranges::any_of(held, &BatchState::Begun);
  for (BatchState* batch : held) {
    const bool suspect = any_begun ? batch->Begun() : shown(batch);
    const bool died = suspect && !worker.report.draining && batch->Remaining() > 0;
    leases_.End(*batch, died ? LeaseEnd::kDied : LeaseEnd::kLost);
    if (died && batch->deaths == BatchState::kDeathsBeforeCareful) {
      cluster_.outbox.Event("lease", NameOf(*batch), " saw ", batch->deaths,
                            " workers die; it is retried one function at a time");
    }
  }
  if (!held.empty() && !worker.report.draining) {
    cluster_.outbox.Event("worker", "worker ", worker.name(), " restarted; ", Batches(held.size()),
                          " re-leased");
  }
  worker.misread_jobs.clear();
}

void WorkerWatch::Welcome(WorkerState& worker, bool known, BootTime now) {
  const Presence before = std::exchange(worker.presence, Presence::kPresent);
  const BootTime heard = std::exchange(worker.heard, now);
  // Every report is answered, as the answer acknowledges its sequence.
  cluster_.changed.insert(worker.report.worker);
  if (known && before != Presence::kSilent && before != Presence::kLost) return;
  if (known && heard != BootTime()) {
    cluster_.outbox.Event("worker", "worker ", worker.name(), " is back after ",
                          absl::ToInt64Seconds(now - heard), " s");
  } else {
    // This coordinator has not heard of it; at most the store remembers it.
    cluster_.outbox.Event("worker", "worker ", worker.name(),
                          known ? " is back: " : " joined: ", Describe(worker.report));
  }
}

void WorkerWatch::TellOfPolicy(WorkerState& worker, BootTime now) {
  const WorkerReport& report = worker.report;
  if (report.draining || worker.slots_told.value_or(report.slots) == report.slots_allowed) return;
  // One that flaps, or wants to, must not fill the table of events.
  if (now - worker.slots_told_at < kPolicyEvents) return;
  worker.slots_told = report.slots_allowed;
  worker.slots_told_at = now;
  if (report.slots_allowed >= report.slots) {
    cluster_.outbox.Event("worker", "worker ", worker.name(), " works with all of its slots again");
  } else {
    cluster_.outbox.Event("worker", "worker ", worker.name(), " works with ", report.slots_allowed,
                          " of ", report.slots, " slots: ", report.reason);
  }
}

void WorkerWatch::TakeHeld(WorkerState& worker, BootTime now) {
  std::map<LeaseKey, const HeldReport*> held;
  for (const HeldReport& batch : worker.report.held) held[batch.lease] = &batch;
  for (BatchState* batch : leases_.HeldBy(worker)) {
    const Lease& lease = *batch->lease();
    if (lease.phase == LeasePhase::kGranting) continue;
    const auto found = held.find({batch->key, lease.attempt});
    if (found != held.end()) {
      TakeHeldBatch(worker, *batch, *found->second, now);
    } else if (lease.phase == LeasePhase::kRecalled) {
      leases_.End(*batch, LeaseEnd::kReturned);
    } else if (lease.phase == LeasePhase::kLive && (lease.seen_held || lease.restored)) {
      // Other live leases were never reported: they are still on their way to the worker, and
      // EndIgnored() bounds that wait. A restored one is from before our restart, so a report
      // without it means that its holder let it go or never heard of it.
      Release(*batch, now);
    }
  }
}

void WorkerWatch::TakeHeldBatch(WorkerState& worker, BatchState& batch, const HeldReport& held,
                                BootTime now) {
  const JobState& job = cluster_.jobs.at(batch.key.job);
  if (held.digest != job.rules.digest) {
    worker.misread_jobs.insert(batch.key.job);
    cluster_.outbox.Event("worker", "worker ", worker.name(), " understands the spec of job ",
                          job.rules.name, " differently and gets none of it");
    leases_.End(batch, LeaseEnd::kReturned);
    return;
  }
  Lease& lease = *batch.lease();
  const bool was_held = lease.seen_held;
  batch.Update(held);
  if (held.stored >= batch.size()) {
    // The worker says that it is done; the next poll confirms it.
    if (lease.phase != LeasePhase::kReleased) Release(batch, now);
    return;
  }
  // The worker took a batch up again that it had let go, for example because messages crossed. It
  // holds it now, so the lease lives on.
  if (lease.phase == LeasePhase::kReleased) lease.phase = LeasePhase::kLive;
  if (!was_held) cluster_.changed.insert(worker.report.worker);
  const bool let_go_of_tail = held.end > batch.begin && held.end < batch.end;
  if (let_go_of_tail && !std::exchange(lease.splitting, true)) {
    cluster_.outbox.Emit(SplitBatch{batch.key, held.end});
  }
}

void WorkerWatch::Release(BatchState& batch, BootTime now) {
  batch.lease()->phase = LeasePhase::kReleased;
  batch.lease()->released = now;
  cluster_.changed.insert(batch.lease()->worker);
}

void WorkerWatch::TakeFailed(WorkerState& worker) {
  for (const FailedReport& failed : worker.report.failed) {
    BatchState* batch = leases_.Find(failed.lease.batch);
    const Lease* lease = batch == nullptr ? nullptr : batch->lease();
    // The worker repeats a failure until it is acknowledged. Only the first report finds the lease,
    // so each failure counts once.
    if (lease == nullptr || lease->worker != worker.report.worker) continue;
    if (lease->attempt != failed.lease.attempt) continue;
    leases_.End(*batch, LeaseEnd::kReturned);
    batch->avoid = worker.report.worker;
    if (failed.job_failed) {
      TakeJobFailure(worker, cluster_.jobs.at(batch->key.job), failed.reason);
      continue;
    }
    cluster_.outbox.Event("lease", "worker ", worker.name(), " gave up ", NameOf(*batch), ": ",
                          failed.reason);
    if (++worker.failures_in_row >= WorkerState::kFailuresBeforeDrain) {
      DrainForFailures(worker, failed.reason);
    }
  }
}

// One machine cannot end a job: it may lie, or its memory may be bad. It gets no more of
// the job, which fails when a second machine finds the same.
void WorkerWatch::TakeJobFailure(WorkerState& worker, JobState& job, const std::string& reason) {
  job.given_up.try_emplace(worker.report.worker, worker.name());
  if (job.given_up.size() >= JobState::kMachinesToFail) {
    leases_.EndJob(job, v1::JOB_STATE_FAILED, reason);
    return;
  }
  cluster_.outbox.Event("job", "worker ", worker.name(), " says that job ", job.rules.name,
                        " cannot go on: ", reason, "; the job fails if a second machine agrees");
}

void WorkerWatch::DrainForFailures(WorkerState& worker, const std::string& reason) {
  // An order of the owner stands, and so does our own earlier one.
  if (worker.control != WorkerControl::kRun) return;
  worker.control = WorkerControl::kDrain;
  worker.control_reason =
      absl::StrCat("failed ", worker.failures_in_row, " batches in a row: ", reason);
  cluster_.outbox.Emit(SetControl{worker.report.worker, WorkerControl::kDrain});
  cluster_.outbox.Event("worker", "worker ", worker.name(), " is drained; it ",
                        worker.control_reason);
  cluster_.changed.insert(worker.report.worker);
}

void WorkerWatch::OnTick(BootTime now) {
  // Fresh terms come before the look at silence. Otherwise the first tick after a sleep of this
  // machine would lose every worker.
  const absl::Duration passed = now - last_tick_;
  if (passed > cluster_.policy.own_absence) GiveFreshTerms(now);
  last_tick_ = now;
  for (auto& [id, worker] : cluster_.workers) CheckSilence(worker, now);
  EndIgnored(now);
  // We do not know for how long workers could store during an absence of ours.
  WatchProgress(std::min(passed, cluster_.policy.own_absence), now);
}

void WorkerWatch::GiveFreshTerms(BootTime now) {
  cluster_.outbox.Event("coordinator", "the coordinator stood still for ",
                        absl::ToInt64Seconds(now - last_tick_),
                        " s; every lease gets a fresh term");
  for (auto& [id, worker] : cluster_.workers) {
    if (worker.presence != Presence::kLost) worker.heard = now;
  }
}

void WorkerWatch::CheckSilence(WorkerState& worker, BootTime now) {
  if (worker.presence == Presence::kLost) return;
  const absl::Duration silence = now - worker.heard;
  if (silence >= cluster_.policy.lost) {
    Lose(worker, now);
  } else if (silence >= cluster_.policy.no_new_work && worker.presence == Presence::kPresent) {
    worker.presence = Presence::kSilent;
    cluster_.outbox.Event("worker", "worker ", worker.name(), " is away: nothing heard for ",
                          absl::ToInt64Seconds(silence), " s");
  }
}

void WorkerWatch::Lose(WorkerState& worker, BootTime now) {
  const bool stopped = worker.Stopped();
  const std::vector<BatchState*> held = leases_.HeldBy(worker);
  for (BatchState* batch : held) {
    leases_.End(*batch, stopped ? LeaseEnd::kReturned : LeaseEnd::kLost);
  }
  worker.presence = Presence::kLost;
  if (stopped) {
    cluster_.outbox.Event("worker", "worker ", worker.name(), " stopped");
  } else {
    cluster_.outbox.Event("worker", "worker ", worker.name(), " is lost after ",
                          absl::ToInt64Seconds(now - worker.heard), " s of silence; ",
                          Batches(held.size()), " re-leased");
  }
}

void WorkerWatch::EndIgnored(BootTime now) {
  // End() keeps the batch in the table, so the loop may go on.
  for (const auto& [key, known] : leases_.batches()) {
    const Lease* lease = known.lease();
    // Most leases are live and held. They need no look at their worker.
    if (lease == nullptr || (lease->phase == LeasePhase::kLive && lease->seen_held)) continue;
    const WorkerState& worker = cluster_.workers.at(lease->worker);
    if (worker.presence != Presence::kPresent) continue;  // CheckSilence() decides about it.
    // A suspended worker keeps what it was granted, and is not to blame for it; a drained one takes
    // nothing up any more.
    const bool should = worker.Grantable() || worker.control == WorkerControl::kDrain;
    const bool ignored =
        should && lease->phase == LeasePhase::kLive && now - lease->since > cluster_.policy.take_up;
    const bool kept =
        lease->phase == LeasePhase::kRecalled && now - lease->released > cluster_.policy.let_go;
    if (!ignored && !kept) continue;
    BatchState& batch = *leases_.Find(key);
    if (ignored) batch.avoid = lease->worker;
    leases_.End(batch, LeaseEnd::kReturned);
  }
}

std::string WorkerWatch::NameOf(const BatchState& batch) const {
  return absl::StrCat("batch ", batch.key.batch, " of job ",
                      cluster_.jobs.at(batch.key.job).rules.name);
}

}  // namespace motzkin::coordinator
