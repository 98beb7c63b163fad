#include "coordinator/core/scheduler.h"

#include <algorithm>
#include <utility>

namespace motzkin::coordinator {

void Scheduler::Restore(const Restored& restored, BootTime now) {
  started_ = now;
  // The order matters: a batch is taken only if its job is known, and a lease if its batch is.
  for (const JobSnapshot& job : restored.poll.jobs) cluster_.jobs.try_emplace(job.rules.id, job);
  for (const BatchSnapshot& batch : restored.poll.batches) leases_.Add(batch);
  watch_.Restore(restored, now);
}

void Scheduler::OnTick(BootTime now) {
  // The planner comes last, so that it sees the batches of workers that have just been lost, and no
  // batch of a job that has just ended.
  watch_.OnTick(now);
  store_.FinishJobs();
  planner_.OnTick(now);
}

void Scheduler::OnJob(const JobSnapshot& job) {
  store_.TakeJob(job);
  planner_.WeighLater();
  planner_.QueueAll();
  cluster_.ChangeAll();  // Workers are told a reason for having no work, which may differ now.
}

void Scheduler::SetDiskGuard(const std::string& why_blocked) {
  const std::string before = std::exchange(cluster_.disk_guard, why_blocked);
  // The text changes with every gigabyte. Only that the guard went on or off is an event.
  if (before.empty() == why_blocked.empty()) return;
  cluster_.outbox.Event("disk",
                        why_blocked.empty() ? "there is room on the disk again" : why_blocked);
  cluster_.ChangeAll();
  planner_.ShowReasons();
}

std::vector<Intention> Scheduler::TakeIntentions() {
  planner_.Plan();
  return cluster_.outbox.Take();
}

bool Scheduler::IsSilent(const WorkerState& worker, absl::Duration silence, BootTime now) const {
  // The planner has pointers to queued workers.
  return worker.presence == Presence::kLost && worker.control == WorkerControl::kRun &&
         worker.EmptyHanded() && !worker.queued &&
         now - std::max(worker.heard, started_) >= silence;
}

std::vector<WorkerId> Scheduler::Silent(absl::Duration silence, BootTime now) const {
  std::vector<WorkerId> silent;
  for (const auto& [id, worker] : cluster_.workers) {
    if (IsSilent(worker, silence, now)) silent.push_back(id);
  }
  return silent;
}

bool Scheduler::Forget(const WorkerId& id, absl::Duration silence, BootTime now) {
  const auto found = cluster_.workers.find(id);
  if (found == cluster_.workers.end()) return true;
  if (!IsSilent(found->second, silence, now)) return false;
  cluster_.workers.erase(found);
  cluster_.changed.erase(id);
  return true;
}

Desired Scheduler::DesiredFor(const WorkerId& id) const {
  Desired desired;
  const auto found = cluster_.workers.find(id);
  if (found == cluster_.workers.end()) return desired;
  const WorkerState& worker = found->second;
  desired.control = worker.control;
  desired.acknowledged_sequence = worker.report.sequence;
  std::vector<const BatchState*> live;
  for (const BatchKey& key : worker.leases()) {
    const BatchState& batch = batches().at(key);
    if (batch.lease()->phase == LeasePhase::kLive) live.push_back(&batch);
  }
  std::ranges::sort(live, {}, &BatchState::begin);
  // Jobs take turns, so that one that started later does not wait for a whole buffer of another.
  std::map<int64_t, int> turns_of;  // Counts the turns of each job.
  std::map<std::pair<int, int64_t>, const BatchState*> turns;
  for (const BatchState* batch : live) turns[{turns_of[batch->key.job]++, batch->key.job}] = batch;
  for (const auto& [turn, batch] : turns) {
    desired.batches.push_back({.lease = {batch->key, batch->lease()->attempt},
                               .begin = batch->begin,
                               .end = batch->lease()->end,
                               .done = batch->lease()->done,
                               .careful = batch->careful()});
  }
  desired.audits = planner_.AuditsOf(id);
  const bool runs = desired.control == WorkerControl::kRun;
  if (runs && !desired.batches.empty()) return desired;
  // There is no clock here, and the reason of a worker that is present does not depend on the time.
  desired.reason = worker.View(worker.heard).reason;
  if (runs && !Blocked().empty()) desired.reason = Blocked();
  return desired;
}

}  // namespace motzkin::coordinator
