#include "coordinator/core/scheduler.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

namespace motzkin::coordinator {

void Scheduler::Restore(const Restored& restored, BootTime now) {
  last_tick_ = now;
  for (const JobSnapshot& job : restored.jobs) jobs_.try_emplace(job.rules.id, job);
  for (const BatchSnapshot& batch : restored.open_batches) AddBatch(batch);
  for (const Restored::Worker& known : restored.workers) {
    WorkerState& worker = workers_[known.worker];
    worker.report.worker = known.worker;
    worker.report.name = known.name;
    worker.control = known.control;
  }
  std::map<WorkerId, uint64_t> instances;  // The newest of each worker.
  for (const LeaseSnapshot& snapshot : restored.leases) {
    uint64_t& instance = instances[snapshot.worker];
    instance = std::max(instance, snapshot.instance);
  }
  for (const LeaseSnapshot& snapshot : restored.leases) {
    BatchState* batch = FindBatch(snapshot.key.batch);
    if (batch == nullptr) continue;  // Of a job that does not run: the store ended it.
    WorkerState& worker = workers_[snapshot.worker];
    worker.report.worker = snapshot.worker;
    worker.report.instance = instances.at(snapshot.worker);
    worker.presence = Presence::kExpected;
    worker.heard = now;
    worker.leases.insert(batch->key);
    batch->lease = Lease{.attempt = snapshot.key.attempt,
                         .worker = snapshot.worker,
                         .phase = LeasePhase::kLive,
                         .done = snapshot.done,
                         .end = batch->end,
                         .since = now,
                         .restored = true,
                         .unstarted_begin = batch->begin};
    jobs_.at(batch->key.job).pending.erase({batch->begin, batch->key.batch});
  }
}

void Scheduler::OnJob(const JobSnapshot& snapshot, BootTime now) {
  TakeJob(snapshot);
  weigh_ = true;
  PlanLaterForAll();
  for (const auto& [id, worker] : workers_) {
    changed_.insert(id);  // Its reason for having no work may differ now.
  }
}

void Scheduler::OnControl(const WorkerId& id, WorkerControl control, BootTime now) {
  const auto found = workers_.find(id);
  if (found == workers_.end()) return;
  WorkerState& worker = found->second;
  worker.control = control;
  worker.control_reason.clear();
  if (control == WorkerControl::kRun) worker.failures_in_row = 0;
  if (control == WorkerControl::kRemoved) {
    const std::set<BatchKey> leases = worker.leases;
    for (const BatchKey& key : leases) EndLeaseOf(*FindBatch(key), LeaseEnd::kRevoked);
  }
  changed_.insert(id);
  weigh_ = true;
  PlanLater(worker);
}

void Scheduler::SetDiskGuard(const std::string& why_blocked, BootTime now) {
  if (why_blocked.empty() && !disk_guard_.empty()) Event("disk", "there is room on the disk again");
  if (!why_blocked.empty() && disk_guard_.empty()) Event("disk", why_blocked);
  const bool changed = why_blocked.empty() != disk_guard_.empty();
  disk_guard_ = why_blocked;
  if (!changed) return;
  for (const auto& [id, worker] : workers_) changed_.insert(id);
  ShowReasons();
}

std::string Scheduler::Blocked() const {
  if (!store_up_) return "Postgres is away";
  return disk_guard_;
}

std::vector<Intention> Scheduler::TakeIntentions() {
  Plan();
  return std::exchange(intentions_, {});
}

std::set<WorkerId> Scheduler::TakeChanged() { return std::exchange(changed_, {}); }

Desired Scheduler::DesiredFor(const WorkerId& id) const {
  Desired desired;
  const auto found = workers_.find(id);
  if (found == workers_.end()) return desired;
  const WorkerState& worker = found->second;
  desired.control = worker.control;
  desired.acknowledged_sequence = worker.report.sequence;
  // Jobs take turns, so that one that started later does not wait for a whole buffer of another.
  std::map<int64_t, std::vector<const BatchState*>> by_job;
  for (const BatchKey& key : worker.leases) {
    const BatchState& batch = batches_.at(key);
    if (batch.lease->phase == LeasePhase::kLive) by_job[key.job].push_back(&batch);
  }
  size_t longest = 0;
  for (auto& [job, list] : by_job) {
    std::sort(list.begin(), list.end(),
              [](const BatchState* a, const BatchState* b) { return a->begin < b->begin; });
    longest = std::max(longest, list.size());
  }
  for (size_t turn = 0; turn < longest; ++turn) {
    for (const auto& [job, list] : by_job) {
      if (turn >= list.size()) continue;
      const BatchState& batch = *list[turn];
      desired.batches.push_back({.lease = {batch.key, batch.lease->attempt},
                                 .begin = batch.begin,
                                 .end = batch.lease->end,
                                 .done = batch.lease->done,
                                 .careful = batch.careful()});
    }
  }
  desired.audits = audits_.Of(id);
  const bool runs = desired.control == WorkerControl::kRun;
  if (runs && !desired.batches.empty()) return desired;
  desired.reason = worker.View(worker.heard).reason;
  if (runs && !Blocked().empty()) desired.reason = Blocked();
  return desired;
}

void Scheduler::Emit(decltype(Intention::what) what) {
  Intention intention{next_intention_++, std::move(what)};
  asked_ += BatchesAskedFor(intention);
  in_flight_.emplace(intention.id, intention);
  intentions_.push_back(std::move(intention));
}

void Scheduler::Event(std::string kind, std::string text) {
  Emit(RecordEvent{std::move(kind), std::move(text)});
}

BatchState* Scheduler::FindBatch(const BatchKey& key) {
  const auto found = batches_.find(key);
  return found == batches_.end() ? nullptr : &found->second;
}

JobState* Scheduler::FindJob(int64_t id) {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

void Scheduler::TakeJob(const JobSnapshot& snapshot) {
  const auto [found, inserted] = jobs_.try_emplace(snapshot.rules.id, snapshot);
  const bool ran = !inserted && found->second.running();
  if (!inserted) found->second.Update(snapshot);
  const bool runs = found->second.running();
  if (!runs) ForgetJob(snapshot.rules.id);
  if (runs && !ran) PlanLaterForAll();
  if (!inserted) return;
  for (auto& [id, worker] : workers_) Match(worker);
}

void Scheduler::AddBatch(const BatchSnapshot& snapshot) {
  JobState* job = FindJob(snapshot.key.job);
  if (job == nullptr || !job->running()) return;
  if (!batches_.try_emplace(snapshot.key, snapshot).second) return;
  job->pending.insert({snapshot.begin, snapshot.key.batch});
  job->AllocatedTo(snapshot.end);
}

void Scheduler::ForgetBatch(const BatchKey& key) {
  BatchState* batch = FindBatch(key);
  if (batch == nullptr) return;
  if (batch->lease.has_value()) DropLease(*batch);
  if (JobState* job = FindJob(key.job)) job->pending.erase({batch->begin, key.batch});
  batches_.erase(key);
}

void Scheduler::DropLease(BatchState& batch) {
  WorkerState& worker = workers_.at(batch.lease->worker);
  worker.leases.erase(batch.key);
  worker.hungry = true;
  changed_.insert(batch.lease->worker);
  batch.lease.reset();
  jobs_.at(batch.key.job).pending.insert({batch.begin, batch.key.batch});
}

void Scheduler::EndLeaseOf(BatchState& batch, LeaseEnd why) {
  const Lease& lease = *batch.lease;
  if (lease.phase != LeasePhase::kGranting) {
    Emit(EndLease{{batch.key, lease.attempt}, why});
    if (why == LeaseEnd::kDied) ++batch.deaths;
  }
  DropLease(batch);
}

void Scheduler::ForgetJob(int64_t id) {
  const auto first = batches_.lower_bound({id, 0});
  const auto last = batches_.lower_bound({id + 1, 0});
  std::vector<BatchKey> keys;
  for (auto it = first; it != last; ++it) keys.push_back(it->first);
  for (const BatchKey& key : keys) ForgetBatch(key);
}

std::string Scheduler::BatchName(const BatchKey& key) const {
  const auto job = jobs_.find(key.job);
  return absl::StrCat("batch ", key.batch, " of job ",
                      job == jobs_.end() ? absl::StrCat(key.job) : job->second.rules().name);
}

}  // namespace motzkin::coordinator
