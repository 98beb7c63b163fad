// What workers say, and what their silence says. See scheduler.h.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <utility>

#include "coordinator/core/matching.h"
#include "coordinator/core/scheduler.h"

namespace motzkin::coordinator {
namespace {

std::string Batches(size_t count) {
  return absl::StrCat(count, count == 1 ? " batch" : " batches");
}

std::string Seconds(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Seconds(duration), " s");
}

std::string Describe(const WorkerReport& report) {
  std::vector<std::string> engines;
  engines.reserve(report.engines.size());
  for (const auto& [name, version] : report.engines) {
    engines.push_back(absl::StrCat(name, " ", version));
  }
  return absl::StrCat(report.slots, report.slots == 1 ? " slot, " : " slots, ",
                      engines.empty() ? "no engine" : absl::StrJoin(engines, ", "));
}

}  // namespace

ReportVerdict Scheduler::OnWorkerReport(const WorkerReport& report, BootTime now) {
  const bool known = workers_.contains(report.worker);
  WorkerState& worker = workers_[report.worker];
  if (known && report.instance < worker.report.instance) return ReportVerdict::kSuperseded;
  const bool replaced = worker.report.instance != 0 && report.instance > worker.report.instance;
  if (!replaced && worker.report.sequence != 0 && report.sequence <= worker.report.sequence) {
    return ReportVerdict::kRepeated;
  }
  if (replaced) ReplaceInstance(worker);
  const bool same_versions = worker.report.engines == report.engines &&
                             worker.report.generator_versions == report.generator_versions &&
                             worker.report.canonical_versions == report.canonical_versions;
  const bool was_grantable = worker.Grantable();
  worker.report = report;
  if (!same_versions) Match(worker);
  Welcome(worker, known, now);
  TakeHeld(worker, now);
  TakeFailed(worker);
  weigh_ = weigh_ || !same_versions || worker.Grantable() != was_grantable;
  PlanLater(worker);
  return ReportVerdict::kAccepted;
}

void Scheduler::OnStreamClosed(const WorkerId& id, uint64_t instance, BootTime now) {
  const auto found = workers_.find(id);
  if (found == workers_.end() || found->second.report.instance != instance) return;
  WorkerState& worker = found->second;
  worker.stream_open = false;
  // It said goodbye: there is nothing to wait for.
  if (worker.report.draining && worker.report.held.empty()) Lose(worker, now);
}

void Scheduler::ReplaceInstance(WorkerState& worker) {
  // What the old process had in memory is gone. It is held against the batches that it had begun,
  // unless it was about to stop anyway. If none is known to be begun it died before it could tell:
  // then any of them may have killed it. After a restart of ours nothing is known.
  std::vector<BatchState*> held;
  held.reserve(worker.leases.size());
  for (const BatchKey& key : worker.leases) held.push_back(FindBatch(key));
  const auto shown = [](const BatchState* batch) {
    return batch->lease->phase != LeasePhase::kGranting && !batch->lease->restored;
  };
  const bool any_begun =
      std::any_of(held.begin(), held.end(), [](const BatchState* batch) { return batch->Begun(); });
  for (BatchState* batch : held) {
    const bool suspect = any_begun ? batch->Begun() : shown(batch);
    const bool died = suspect && !worker.report.draining && batch->Remaining() > 0;
    EndLeaseOf(*batch, died ? LeaseEnd::kDied : LeaseEnd::kLost);
    if (died && batch->deaths == BatchState::kDeathsBeforeCareful) {
      Event("lease", absl::StrCat(BatchName(batch->key), " saw ", batch->deaths,
                                  " workers die; it is retried one function at a time"));
    }
  }
  if (!held.empty() && !worker.report.draining) {
    Event("worker", absl::StrCat("worker ", worker.name(), " restarted; ", Batches(held.size()),
                                 " re-leased"));
  }
  worker.misread_jobs.clear();
}

void Scheduler::Welcome(WorkerState& worker, bool known, BootTime now) {
  const Presence before = worker.presence;
  if (!known) {
    Event("worker", absl::StrCat("worker ", worker.name(), " joined: ", Describe(worker.report)));
  } else if (before == Presence::kSilent || before == Presence::kLost) {
    const absl::Duration away = now - worker.heard;
    Event("worker",
          absl::StrCat("worker ", worker.name(), " is back",
                       worker.heard == BootTime() ? absl::StrCat(": ", Describe(worker.report))
                                                  : absl::StrCat(" after ", Seconds(away))));
  }
  worker.presence = Presence::kPresent;
  worker.stream_open = true;
  worker.heard = now;
  changed_.insert(worker.report.worker);
}

void Scheduler::TakeHeld(WorkerState& worker, BootTime now) {
  std::map<LeaseKey, const HeldReport*> held;
  for (const HeldReport& batch : worker.report.held) held[batch.lease] = &batch;
  const std::set<BatchKey> leases = worker.leases;
  for (const BatchKey& key : leases) {
    BatchState& batch = *FindBatch(key);
    if (batch.lease->phase == LeasePhase::kGranting) continue;
    const auto found = held.find({key, batch.lease->attempt});
    if (found == held.end()) {
      TakeMissingBatch(batch, now);
    } else {
      TakeHeldBatch(worker, batch, *found->second, now);
    }
  }
}

void Scheduler::TakeHeldBatch(WorkerState& worker, BatchState& batch, const HeldReport& held,
                              BootTime now) {
  const JobState& job = jobs_.at(batch.key.job);
  if (held.digest != job.rules().digest) {
    worker.misread_jobs.insert(batch.key.job);
    Event("worker", absl::StrCat("worker ", worker.name(), " understands the spec of job ",
                                 job.rules().name, " differently and gets none of it"));
    EndLeaseOf(batch, LeaseEnd::kReturned);
    return;
  }
  const bool was_held = batch.lease->seen_held;
  batch.Update(held);
  if (held.stored >= batch.size()) {
    // Done, by its word; the next look at the store confirms it.
    if (batch.lease->phase != LeasePhase::kReleased) Release(batch, now);
    return;
  }
  // It took it up again, e.g. messages crossed: it holds it.
  if (batch.lease->phase == LeasePhase::kReleased) batch.lease->phase = LeasePhase::kLive;
  if (!was_held) changed_.insert(worker.report.worker);
  const bool let_go_of_tail = held.end > batch.begin && held.end < batch.end;
  if (let_go_of_tail && !batch.lease->splitting) {
    batch.lease->splitting = true;
    Emit(SplitBatch{batch.key, held.end});
  }
}

void Scheduler::TakeMissingBatch(BatchState& batch, BootTime now) {
  Lease& lease = *batch.lease;
  if (lease.phase == LeasePhase::kRecalled) {
    EndLeaseOf(batch, LeaseEnd::kReturned);
  } else if (lease.phase == LeasePhase::kLive && (lease.seen_held || lease.restored)) {
    Release(batch, now);
  }
}

void Scheduler::Release(BatchState& batch, BootTime now) {
  batch.lease->phase = LeasePhase::kReleased;
  batch.lease->released = now;
  changed_.insert(batch.lease->worker);
}

void Scheduler::TakeFailed(WorkerState& worker) {
  for (const FailedReport& failed : worker.report.failed) {
    BatchState* batch = FindBatch(failed.lease.batch);
    // Repeated until acknowledged: only the first time finds the lease.
    if (batch == nullptr || !batch->lease.has_value()) continue;
    if (batch->lease->worker != worker.report.worker ||
        batch->lease->attempt != failed.lease.attempt) {
      continue;
    }
    EndLeaseOf(*batch, LeaseEnd::kReturned);
    batch->avoid = worker.report.worker;
    if (failed.job_failed) {
      EndJob(jobs_.at(failed.lease.batch.job), JobPhase::kFailed, failed.reason);
      continue;
    }
    Event("lease", absl::StrCat("worker ", worker.name(), " gave up ",
                                BatchName(failed.lease.batch), ": ", failed.reason));
    if (++worker.failures_in_row >= WorkerState::kFailuresBeforeDrain) {
      DrainForFailures(worker, failed.reason);
    }
  }
}

void Scheduler::DrainForFailures(WorkerState& worker, const std::string& reason) {
  if (worker.control != WorkerControl::kRun) return;
  worker.control = WorkerControl::kDrain;
  worker.control_reason =
      absl::StrCat("failed ", worker.failures_in_row, " batches in a row: ", reason);
  Emit(SetControl{worker.report.worker, WorkerControl::kDrain});
  Event("worker",
        absl::StrCat("worker ", worker.name(), " is drained; it ", worker.control_reason));
  changed_.insert(worker.report.worker);
}

void Scheduler::OnTick(BootTime now) {
  if (now - last_tick_ > policy_.silence.own_absence) GiveFreshTerms(now);
  last_tick_ = now;
  for (auto& [id, worker] : workers_) CheckSilence(worker, now);
  EndOverdue(now);
  FinishJobs();
  WeighWorkers();
  PlanLaterForTheHungry();
  for (auto& [id, job] : jobs_) Rebalance(job, now);
  PlanAudits(now);
  ShowReasons();
}

void Scheduler::GiveFreshTerms(BootTime now) {
  Event("coordinator", absl::StrCat("the coordinator stood still for ", Seconds(now - last_tick_),
                                    "; every lease gets a fresh term"));
  for (auto& [id, worker] : workers_) {
    if (worker.presence != Presence::kLost) worker.heard = now;
  }
}

void Scheduler::CheckSilence(WorkerState& worker, BootTime now) {
  if (worker.presence == Presence::kLost) return;
  const absl::Duration silence = now - worker.heard;
  if (silence >= policy_.silence.lost) {
    Lose(worker, now);
  } else if (silence >= policy_.silence.no_new_work && worker.presence == Presence::kPresent) {
    worker.presence = Presence::kSilent;
    Event("worker",
          absl::StrCat("worker ", worker.name(), " is away: nothing heard for ", Seconds(silence)));
  }
}

void Scheduler::Lose(WorkerState& worker, BootTime now) {
  const bool stopped = worker.report.draining && worker.report.held.empty();
  const std::set<BatchKey> leases = worker.leases;
  for (const BatchKey& key : leases) {
    EndLeaseOf(*FindBatch(key), stopped ? LeaseEnd::kReturned : LeaseEnd::kLost);
  }
  worker.presence = Presence::kLost;
  if (stopped) {
    Event("worker", absl::StrCat("worker ", worker.name(), " stopped"));
  } else {
    Event("worker",
          absl::StrCat("worker ", worker.name(), " is lost after ", Seconds(now - worker.heard),
                       " of silence; ", Batches(leases.size()), " re-leased"));
  }
}

}  // namespace motzkin::coordinator
