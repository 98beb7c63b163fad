// Who gets what next. See scheduler.h.
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "coordinator/core/matching.h"
#include "coordinator/core/scheduler.h"

namespace motzkin::coordinator {
// One job's claim on a worker while it is planned for.
struct Scheduler::Claim {
  JobState* job = nullptr;
  WorkSize size = {};
  int64_t held = 0;
  bool exhausted = false;  // Neither a pending batch nor anything to allocate.

  double Filled() const { return static_cast<double>(held) / static_cast<double>(size.hold); }
};

// What is asked once about the worker, and what it is given.
struct Scheduler::Planning {
  WorkerState& worker;
  std::vector<BatchState*> left = {};
  bool holds_careful = false;
  std::vector<BatchKey> granted = {};
  std::map<int64_t, std::vector<int64_t>> allocated = {};  // Sizes, by job.
  int batches = 0;
  int64_t functions = 0;
};

struct Scheduler::Round {
  // Asked of the store after all grants, so that it can take equal things together.
  std::vector<AllocateBatches> allocations = {};
  int64_t batches = 0;  // In them.
};

bool Scheduler::Takes(const WorkerState& worker, const JobState& job) const {
  return worker.Grantable() && job.running() && worker.matching_jobs.contains(job.rules().id) &&
         !worker.misread_jobs.contains(job.rules().id);
}

void Scheduler::Match(WorkerState& worker) {
  worker.matching_jobs.clear();
  for (const auto& [id, job] : jobs_) {
    if (Lacks(job.rules(), worker.report).empty()) worker.matching_jobs.insert(id);
  }
}

void Scheduler::WeighWorkers() {
  for (auto& [id, job] : jobs_) {
    job.matching_workers = 0;
    job.matching_speed = 0;
    if (!job.running()) continue;
    for (const auto& [name, worker] : workers_) {
      if (!Takes(worker, job)) continue;
      ++job.matching_workers;
      job.matching_speed += worker.Speed();
    }
  }
}

int64_t Scheduler::HeldBy(const WorkerState& worker, int64_t job) const {
  int64_t held = 0;
  for (auto it = worker.leases.lower_bound({job, 0}); it != worker.leases.end() && it->job == job;
       ++it) {
    held += batches_.at(*it).Remaining();
  }
  const auto allocating = worker.allocating.find(job);
  return allocating == worker.allocating.end() ? held : held + allocating->second;
}

bool Scheduler::HoldsCareful(const WorkerState& worker) const {
  return std::any_of(worker.leases.begin(), worker.leases.end(),
                     [this](const BatchKey& key) { return batches_.at(key).careful(); });
}

std::vector<BatchState*> Scheduler::Left(const WorkerState& worker) {
  std::vector<BatchState*> left;
  if (worker.report.held.size() == worker.leases.size()) {
    // As nearly always: it holds what is leased to it.
    const bool all = std::all_of(
        worker.report.held.begin(), worker.report.held.end(),
        [&](const HeldReport& held) { return worker.leases.contains(held.lease.batch); });
    if (all) return left;
  }
  for (const HeldReport& held : worker.report.held) {
    BatchState* const batch = FindBatch(held.lease.batch);
    if (batch != nullptr && !batch->lease.has_value()) left.push_back(batch);
  }
  return left;
}

bool Scheduler::MayTake(const Planning& planning, const JobState& job,
                        const BatchState& batch) const {
  if (batch.stale || batch.size() == 0) return false;
  if (batch.careful() && planning.holds_careful) return false;
  return batch.avoid != planning.worker.report.worker || job.matching_workers <= 1;
}

BatchState* Scheduler::NextPending(const Planning& planning, JobState& job) {
  // What it still holds from before it was lost costs it nothing to go on with.
  for (BatchState* batch : planning.left) {
    if (batch->key.job != job.rules().id || batch->lease.has_value()) continue;
    if (MayTake(planning, job, *batch)) return batch;
  }
  for (const auto& [begin, number] : job.pending) {
    BatchState& batch = *FindBatch({job.rules().id, number});
    if (MayTake(planning, job, batch)) return &batch;
  }
  return nullptr;
}

void Scheduler::BeginGrant(WorkerState& worker, BatchState& batch) {
  jobs_.at(batch.key.job).pending.erase({batch.begin, batch.key.batch});
  worker.leases.insert(batch.key);
  batch.lease = Lease{.grant = next_intention_,
                      .worker = worker.report.worker,
                      .phase = LeasePhase::kGranting,
                      .end = batch.end,
                      .unstarted_begin = batch.begin};
}

void Scheduler::PlanLater(WorkerState& worker) {
  worker.hungry = false;
  if (std::exchange(worker.queued, true)) return;
  (worker.EmptyHanded() ? empty_handed_ : to_refill_).push_back(&worker);
}

void Scheduler::PlanLaterForAll() {
  for (auto& [id, worker] : workers_) PlanLater(worker);
}

void Scheduler::PlanLaterForTheHungry() {
  for (auto& [id, worker] : workers_) {
    if (worker.hungry) PlanLater(worker);
  }
}

void Scheduler::Plan() {
  if (std::exchange(weigh_, false)) WeighWorkers();
  if (!MayGrant()) return;  // Who waits goes on waiting.
  Round round;
  PlanFrom(empty_handed_, Helping::kFirst, round);
  PlanFrom(to_refill_, Helping::kWhole, round);
  for (AllocateBatches& allocation : round.allocations) Emit(std::move(allocation));
}

void Scheduler::PlanFrom(std::deque<WorkerState*>& queue, Helping helping, Round& round) {
  while (!queue.empty() && asked_ + round.batches < policy_.asked_max) {
    WorkerState& worker = *queue.front();
    queue.pop_front();
    worker.queued = false;
    if (worker.Grantable()) PlanFor(worker, helping, round);
  }
}

std::vector<Scheduler::Claim> Scheduler::ClaimsOn(const WorkerState& worker) {
  std::vector<Claim> claims;
  for (auto& [id, job] : jobs_) {
    if (Takes(worker, job)) claims.push_back({.job = &job, .held = HeldBy(worker, id)});
  }
  for (Claim& claim : claims) {
    const double speed = claim.job->matching_speed;
    claim.size =
        SizeWork(policy_.sizer, {.slots = worker.report.slots_allowed,
                                 .functions_per_minute = worker.report.functions_per_minute,
                                 .jobs = static_cast<int>(claims.size()),
                                 .remaining = claim.job->Remaining(),
                                 .share = speed > 0 ? worker.Speed() / speed : 1});
  }
  return claims;
}

// The job that has the least of what it should have here; null: all have enough, or nothing to
// give.
Scheduler::Claim* Scheduler::Neediest(std::vector<Claim>& claims) {
  Claim* neediest = nullptr;
  for (Claim& claim : claims) {
    if (claim.exhausted || claim.Filled() >= 1) continue;
    if (neediest == nullptr || claim.Filled() < neediest->Filled()) neediest = &claim;
  }
  return neediest;
}

bool Scheduler::GiveOne(Planning& planning, Claim& claim) {
  JobState& job = *claim.job;
  int64_t functions = 0;
  if (BatchState* batch = NextPending(planning, job)) {
    BeginGrant(planning.worker, *batch);
    planning.holds_careful = planning.holds_careful || batch->careful();
    planning.granted.push_back(batch->key);
    functions = batch->Remaining();
  } else {
    functions = std::min(claim.size.batch, job.Allocatable());
    if (functions == 0) return false;
    job.allocating += functions;
    planning.worker.allocating[job.rules().id] += functions;
    planning.allocated[job.rules().id].push_back(functions);
  }
  claim.held += functions;
  planning.functions += functions;
  ++planning.batches;
  return true;
}

void Scheduler::PlanFor(WorkerState& worker, Helping helping, Round& round) {
  std::vector<Claim> claims = ClaimsOn(worker);
  Planning planning{.worker = worker, .left = Left(worker), .holds_careful = HoldsCareful(worker)};
  while (Claim* claim = Neediest(claims)) {
    if (planning.batches == policy_.grants_at_once) break;
    // A first helping is a function for each slot.
    if (helping == Helping::kFirst && planning.functions >= worker.report.slots_allowed) break;
    claim->exhausted = !GiveOne(planning, *claim);
  }
  const bool full =
      !claims.empty() && std::all_of(claims.begin(), claims.end(),
                                     [](const Claim& claim) { return claim.Filled() >= 1; });
  worker.hungry = planning.batches == 0 && !full;
  // At once: the leases carry the number of the next intention.
  if (!planning.granted.empty()) {
    Emit(GrantLeases{worker.report.worker, worker.report.instance, std::move(planning.granted)});
  }
  for (auto& [job, sizes] : planning.allocated) {
    round.batches += static_cast<int64_t>(sizes.size());
    round.allocations.push_back({job, std::move(sizes), worker.report.worker});
  }
}

std::vector<Auditor> Scheduler::AuditorsOf(int64_t id) const {
  std::vector<Auditor> auditors;
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return auditors;
  const JobPhase phase = job->second.phase();
  if (phase != JobPhase::kRunning && phase != JobPhase::kCompleted) return auditors;
  for (const auto& [name, worker] : workers_) {
    if (!worker.Grantable() || !worker.matching_jobs.contains(id)) continue;
    if (worker.misread_jobs.contains(id)) continue;
    auditors.push_back({.worker = name, .room = worker.report.slots_allowed});
  }
  return auditors;
}

void Scheduler::PlanAudits(BootTime now) {
  if (!MayGrant()) return;  // Who holds some may go on.
  changed_.merge(audits_.Plan([this](int64_t job) { return AuditorsOf(job); }, now));
}

void Scheduler::ShowReasons() {
  if (!store_up_) return;
  std::vector<const WorkerReport*> present;
  for (const auto& [id, worker] : workers_) {
    if (worker.presence == Presence::kPresent) present.push_back(&worker.report);
  }
  for (auto& [id, job] : jobs_) {
    if (!job.running()) continue;
    std::string reason = disk_guard_;
    if (reason.empty() && job.matching_workers == 0) reason = WhyNobody(job.rules(), present);
    if (reason.empty() && job.matching_workers == 0)
      reason = "every worker is suspended or draining";
    if (!reason.empty()) reason = absl::StrCat("blocked: ", reason);
    if (reason == job.reason()) continue;
    job.set_reason(reason);
    Emit(SetJobReason{id, reason});
  }
}

}  // namespace motzkin::coordinator
