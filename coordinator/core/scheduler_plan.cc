// Who gets what next. See scheduler.h.
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "coordinator/core/matching.h"
#include "coordinator/core/scheduler.h"

namespace motzkin::coordinator {
namespace {

// One job's claim on a worker while it is planned for.
struct Claim {
  JobState* job = nullptr;
  WorkSize size = {};
  int64_t held = 0;
  bool exhausted = false;  // Neither a pending batch nor anything to allocate.
};

// The job that has the least of what it should have here.
Claim* Neediest(std::vector<Claim>& claims) {
  Claim* neediest = nullptr;
  double least = 1;
  for (Claim& claim : claims) {
    const double filled = static_cast<double>(claim.held) / static_cast<double>(claim.size.hold);
    if (claim.exhausted || filled >= least) continue;
    least = filled;
    neediest = &claim;
  }
  return neediest;
}

}  // namespace

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

BatchState* Scheduler::NextPending(const WorkerState& worker, JobState& job) {
  BatchState* next = nullptr;
  const bool holds_careful = HoldsCareful(worker);
  for (const auto& [begin, number] : job.pending) {
    BatchState& batch = *FindBatch({job.rules().id, number});
    if (batch.stale || batch.size() == 0) continue;
    if (batch.careful() && holds_careful) continue;
    if (batch.avoid == worker.report.worker && job.matching_workers > 1) continue;
    // What it still holds from before it was lost costs it nothing to go on with.
    for (const HeldReport& held : worker.report.held) {
      if (held.lease.batch == batch.key) return &batch;
    }
    if (next == nullptr) next = &batch;
  }
  return next;
}

void Scheduler::BeginGrant(WorkerState& worker, BatchState& batch, absl::Duration now) {
  jobs_.at(batch.key.job).pending.erase({batch.begin, batch.key.batch});
  worker.leases.insert(batch.key);
  batch.lease = Lease{.grant = next_intention_,
                      .worker = worker.report.worker,
                      .phase = LeasePhase::kGranting,
                      .end = batch.end,
                      .since = now,
                      .unstarted_begin = batch.begin};
}

void Scheduler::PlanFor(WorkerState& worker, absl::Duration now) {
  if (!MayGrant() || !worker.Grantable()) return;
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
  GrantLeases grant{.worker = worker.report.worker, .instance = worker.report.instance};
  std::vector<AllocateBatch> allocations;
  for (int given = 0; given < policy_.grants_at_once; ++given) {
    Claim* claim = Neediest(claims);
    if (claim == nullptr) break;
    const int64_t id = claim->job->rules().id;
    if (BatchState* batch = NextPending(worker, *claim->job)) {
      BeginGrant(worker, *batch, now);
      grant.batches.push_back(batch->key);
      claim->held += batch->Remaining();
      continue;
    }
    const int64_t size = std::min(claim->size.batch, claim->job->Allocatable());
    claim->exhausted = size == 0;
    if (size == 0) continue;
    claim->job->allocating += size;
    worker.allocating[id] += size;
    claim->held += size;
    allocations.push_back({id, size, worker.report.worker});
  }
  // First the grants: their leases carry the number of the next intention.
  if (!grant.batches.empty()) Emit(std::move(grant));
  for (AllocateBatch& allocation : allocations) Emit(std::move(allocation));
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

void Scheduler::PlanAudits(absl::Duration now) {
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
