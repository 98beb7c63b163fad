#include "coordinator/core/planner.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "coordinator/core/batch_sizer.h"
#include "coordinator/core/matching.h"

namespace motzkin::coordinator {

struct Planner::Claim {
  JobState* job = nullptr;
  WorkSize size = {};
  int64_t held = 0;

  double Filled() const { return static_cast<double>(held) / static_cast<double>(size.hold); }
};

// Facts about the worker that are looked up once, and what it is given.
struct Planner::Planning {
  WorkerState& worker;
  std::vector<BatchState*> left = {};
  bool holds_careful = false;
  std::vector<BatchKey> granted = {};
  std::map<int64_t, std::vector<int64_t>> allocated = {};  // The sizes of new batches, by job.
  int batches = 0;
  int64_t functions = 0;

  bool MayTake(const JobState& job, const BatchState& batch) const {
    if (batch.stale || batch.size() == 0) return false;
    // A worker runs a careful batch with nothing beside it, so a second one would only wait.
    if (batch.careful() && holds_careful) return false;
    // If no other worker can do the job, the one that gave the batch up has to try again.
    return batch.avoid != worker.report.worker || job.matching_workers <= 1;
  }
};

void Planner::Queue(WorkerState& worker) {
  worker.hungry = false;
  // A queued worker keeps its place, so a stream of events cannot push it back.
  if (std::exchange(worker.queued, true)) return;
  (worker.EmptyHanded() ? empty_handed_ : to_refill_).push_back(&worker);
}

void Planner::QueueAll() {
  for (auto& [id, worker] : cluster_.workers) Queue(worker);
}

void Planner::QueueHungry() {
  for (auto& [id, worker] : cluster_.workers) {
    if (worker.hungry) Queue(worker);
  }
}

void Planner::Match(WorkerState& worker) {
  worker.matching_jobs.clear();
  for (const auto& [id, job] : cluster_.jobs) {
    if (Lacks(job.rules, worker.report).empty()) worker.matching_jobs.insert(id);
  }
}

void Planner::Weigh() {
  for (auto& [id, job] : cluster_.jobs) {
    job.matching_workers = 0;
    job.matching_speed = 0;
    if (!job.running()) continue;
    for (const auto& [name, worker] : cluster_.workers) {
      if (!worker.Suits(job)) continue;
      ++job.matching_workers;
      job.matching_speed += worker.Speed();
    }
  }
}

void Planner::Plan() {
  if (std::exchange(weigh_, false)) Weigh();
  if (!cluster_.MayGrant()) return;  // The queues keep their workers until grants are possible.
  PlanFrom(empty_handed_, Helping::kFirst);
  PlanFrom(to_refill_, Helping::kWhole);
  // Allocations follow all grants, so that the store can take equal intentions together.
  for (AllocateBatches& what : allocations_) cluster_.outbox.Emit(std::move(what));
  allocations_.clear();
  batches_in_allocations_ = 0;
}

void Planner::PlanFrom(std::deque<WorkerState*>& queue, Helping helping) {
  // Workers beyond the bound stay queued. Each answer of the store starts another turn, which goes
  // on with them.
  while (!queue.empty() &&
         cluster_.outbox.asked() + batches_in_allocations_ < cluster_.policy.asked_max) {
    WorkerState& worker = *queue.front();
    queue.pop_front();
    worker.queued = false;
    if (worker.Grantable()) PlanFor(worker, helping);
  }
}

std::vector<Planner::Claim> Planner::ClaimsOn(const WorkerState& worker) {
  std::map<int64_t, int64_t> held = worker.allocating;  // Counts what it waits for and has.
  for (const BatchState* batch : leases_.HeldBy(worker)) held[batch->key.job] += batch->Remaining();
  std::vector<Claim> claims;
  for (auto& [id, job] : cluster_.jobs) {
    if (job.running() && worker.Suits(job)) claims.push_back({.job = &job, .held = held[id]});
  }
  // The sum of speeds is as old as Weigh() and may lack this worker. SizeWork() clamps the share.
  for (Claim& claim : claims) {
    const double speed = claim.job->matching_speed;
    claim.size =
        SizeWork(cluster_.policy.sizer, {.slots = worker.report.slots_allowed,
                                         .functions_per_minute = worker.report.functions_per_minute,
                                         .delivered = worker.delivery.recent(),
                                         .stalls = worker.stalls,
                                         .jobs = static_cast<int>(claims.size()),
                                         .remaining = claim.job->Remaining(),
                                         .share = speed > 0 ? worker.Speed() / speed : 1});
  }
  return claims;
}

void Planner::PlanFor(WorkerState& worker, Helping helping) {
  Planning planning{.worker = worker, .left = Left(worker)};
  planning.holds_careful = std::ranges::any_of(leases_.HeldBy(worker), &BatchState::careful);
  std::vector<Claim> claims = ClaimsOn(worker);
  bool full = !claims.empty();
  const size_t room =
      cluster_.policy.batches_max - std::min(cluster_.policy.batches_max, worker.leases().size());
  while (!claims.empty() && planning.batches < cluster_.policy.grants_at_once) {
    // Batches that are only just allocated count once they are lent; they are few at a time.
    if (planning.granted.size() + planning.allocated.size() >= room) break;
    // The job with the smallest part of what it should have here comes first.
    const auto neediest = std::ranges::min_element(claims, {}, &Claim::Filled);
    if (neediest->Filled() >= 1) break;
    // A first helping is a function for each slot. The rest comes once the store has confirmed it,
    // which queues the worker again.
    if (helping == Helping::kFirst && planning.functions >= worker.report.slots_allowed) break;
    if (GiveOne(planning, *neediest)) continue;
    full = false;
    claims.erase(neediest);
  }
  // A worker that got something is queued again by the store's answer, and a full one by its next
  // report, which tells how much is done. For the others there may be no event at all.
  worker.hungry = planning.batches == 0 && !full;
  // This must be the next intention, because the leases carry its number.
  if (!planning.granted.empty()) {
    cluster_.outbox.Emit(
        GrantLeases{worker.report.worker, worker.report.instance, std::move(planning.granted)});
  }
  for (auto& [job, sizes] : planning.allocated) {
    batches_in_allocations_ += static_cast<int64_t>(sizes.size());
    allocations_.push_back({job, std::move(sizes), worker.report.worker});
  }
}

bool Planner::GiveOne(Planning& planning, Claim& claim) {
  JobState& job = *claim.job;
  WorkerState& worker = planning.worker;
  int64_t functions = 0;
  // Open batches go before new ones, because the sealed prefix waits for the lowest.
  if (BatchState* batch = NextPending(planning, job)) {
    if (worker.stalls >= cluster_.policy.sizer.stalls_before_small &&
        batch->Remaining() > 2 * claim.size.batch) {
      // It gets small batches only. The head is lent once the store has cut the batch.
      batch->stale = true;
      cluster_.outbox.Emit(SplitBatch{batch->key, batch->begin + claim.size.batch});
      return false;
    }
    leases_.Lend(*batch, {.grant = cluster_.outbox.next_id(),
                          .worker = worker.report.worker,
                          .phase = LeasePhase::kGranting});
    planning.holds_careful = planning.holds_careful || batch->careful();
    planning.granted.push_back(batch->key);
    functions = batch->Remaining();
  } else {
    functions = std::min(claim.size.batch, job.Allocatable());
    if (functions == 0) return false;
    job.allocating += functions;
    worker.allocating[job.rules.id] += functions;
    planning.allocated[job.rules.id].push_back(functions);
  }
  claim.held += functions;
  planning.functions += functions;
  ++planning.batches;
  return true;
}

std::vector<BatchState*> Planner::Left(const WorkerState& worker) {
  std::vector<BatchState*> left;
  for (const HeldReport& held : worker.report.held) {
    if (worker.leases().contains(held.lease.batch)) continue;  // This is nearly always so.
    BatchState* const batch = leases_.Find(held.lease.batch);
    if (batch != nullptr && batch->lease() == nullptr) left.push_back(batch);
  }
  return left;
}

BatchState* Planner::NextPending(const Planning& planning, const JobState& job) {
  // The worker may still hold batches from before it was lost. It goes on with those for free,
  // where any other worker would compute their unsent results again.
  for (BatchState* batch : planning.left) {
    if (batch->key.job != job.rules.id || batch->lease() != nullptr) continue;
    if (planning.MayTake(job, *batch)) return batch;
  }
  for (const auto& [begin, number] : job.pending()) {
    BatchState* const batch = leases_.Find({job.rules.id, number});
    if (planning.MayTake(job, *batch)) return batch;
  }
  return nullptr;
}

void Planner::OnTick(BootTime now) {
  Weigh();
  QueueHungry();
  for (auto& [id, job] : cluster_.jobs) Rebalance(job, now);
  PlanAudits(now);
  ShowReasons();
}

void Planner::OnAudits(const std::vector<AuditSnapshot>& open, BootTime now) {
  audits_.Update(open);
  PlanAudits(now);
}

void Planner::PlanAudits(BootTime now) {
  if (cluster_.MayGrant()) {  // Workers that hold audits may go on with them otherwise.
    for (GiveAudit& what : audits_.Plan([this](int64_t job) { return AuditorsOf(job); }, now)) {
      cluster_.outbox.Emit(std::move(what));
    }
  }
  cluster_.changed.merge(audits_.TakeChanged());
}

void Planner::OnGiven(const GiveAudit& what, bool noted, const std::string& candidate) {
  audits_.Given(what, noted, candidate);
  cluster_.changed.merge(audits_.TakeChanged());
}

std::vector<Auditor> Planner::AuditorsOf(int64_t id) {
  std::vector<Auditor> auditors;
  const JobState* job = cluster_.FindJob(id);
  if (job == nullptr) return auditors;
  // The negatives of a job's last batches become audits as it completes, so a completed job still
  // has some.
  if (job->state != v1::JOB_STATE_RUNNING && job->state != v1::JOB_STATE_COMPLETED) return auditors;
  for (const auto& [name, worker] : cluster_.workers) {
    if (worker.Suits(*job)) {
      auditors.push_back({.worker = name, .room = worker.report.slots_allowed});
    } else if (worker.MaySuitLater(*job)) {
      auditors.push_back({.worker = name, .room = 0});
    }
  }
  return auditors;
}

void Planner::ShowReasons() {
  if (!cluster_.store_up) return;
  std::vector<const WorkerReport*> present;
  for (const auto& [id, worker] : cluster_.workers) {
    if (worker.presence == Presence::kPresent) present.push_back(&worker.report);
  }
  for (auto& [id, job] : cluster_.jobs) {
    if (!job.running()) continue;
    std::string reason = cluster_.disk_guard;
    if (reason.empty() && job.matching_workers == 0) {
      reason = WhyNoWorker(job.rules, present);
      if (reason.empty() && !job.given_up.empty()) {
        reason =
            absl::StrCat("worker ", job.given_up.begin()->second,
                         " gave it up (motzkin events says why), and no second machine is here "
                         "to agree or go on");
      }
      if (reason.empty()) reason = "every worker is suspended or draining";
    }
    if (!reason.empty()) reason = absl::StrCat("blocked: ", reason);
    if (reason == job.reason) continue;
    // The intention is not repeated if it fails. The next poll then brings the old reason back, and
    // a later tick finds the difference again.
    job.reason = reason;
    cluster_.outbox.Emit(SetJobReason{id, reason});
  }
}

}  // namespace motzkin::coordinator
