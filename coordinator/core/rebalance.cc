// The end of a job: workers that ran dry get what others have not begun. See scheduler.h.
#include <algorithm>

#include "coordinator/core/scheduler.h"

namespace motzkin::coordinator {
namespace {

// Moving less than this is not worth the messages.
constexpr absl::Duration kWorthMoving = absl::Seconds(2);

struct Victim {
  const WorkerState* worker = nullptr;
  int64_t unstarted = 0;
  double seconds = 0;  // Until it would be through with it.
};

}  // namespace

void Scheduler::Rebalance(JobState& job, BootTime now) {
  if (!MayGrant() || !job.running() || !job.pending.empty() || job.allocating > 0) return;
  if (job.Allocatable() > 0) return;
  std::vector<const WorkerState*> idle;
  std::vector<Victim> victims;
  for (const auto& [id, worker] : workers_) {
    Victim victim{.worker = &worker};
    bool dry = true;
    bool moving = false;
    for (const BatchKey& key : worker.leases) {
      const BatchState& batch = batches_.at(key);
      const Lease& lease = *batch.lease;
      // Not heard of yet, or some of it not begun: there is still something to do.
      if (!lease.seen_held || batch.Unstarted() > 0) dry = false;
      if (key.job != job.rules().id) continue;
      moving = moving || lease.phase == LeasePhase::kRecalled || lease.end < batch.end;
      // A suspended worker does not go on with what it began either.
      victim.unstarted += worker.Suspended() ? batch.Remaining() : batch.Unstarted();
    }
    if (Takes(worker, job) && dry) idle.push_back(&worker);
    if (moving || victim.unstarted == 0 || worker.presence != Presence::kPresent) continue;
    victim.seconds =
        worker.Suspended() ? 1e9 : 60.0 * static_cast<double>(victim.unstarted) / worker.Speed();
    victims.push_back(victim);
  }
  std::stable_sort(victims.begin(), victims.end(),
                   [](const Victim& a, const Victim& b) { return a.seconds > b.seconds; });
  for (size_t i = 0; i < std::min(idle.size(), victims.size()); ++i) {
    const Victim& victim = victims[i];
    if (victim.seconds < absl::ToDoubleSeconds(kWorthMoving)) break;
    const double share = idle[i]->Speed() / (idle[i]->Speed() + victim.worker->Speed());
    const bool all = victim.worker->Suspended();
    const int64_t part = static_cast<int64_t>(static_cast<double>(victim.unstarted) * share);
    Relieve(*victim.worker, job, all ? victim.unstarted : std::max<int64_t>(part, 1), now);
  }
}

void Scheduler::Relieve(const WorkerState& victim, const JobState& job, int64_t functions,
                        BootTime now) {
  std::vector<BatchState*> held;
  for (const BatchKey& key : victim.leases) {
    BatchState& batch = *FindBatch(key);
    if (key.job == job.rules().id && batch.lease->phase == LeasePhase::kLive &&
        batch.lease->seen_held) {
      held.push_back(&batch);
    }
  }
  // From the end of its list: what it would reach last.
  std::sort(held.begin(), held.end(),
            [](const BatchState* a, const BatchState* b) { return a->begin > b->begin; });
  for (BatchState* batch : held) {
    if (functions <= 0) break;
    const int64_t unstarted = batch->Unstarted();
    if (victim.Suspended() || (!batch->Begun() && unstarted <= functions)) {
      batch->lease->phase = LeasePhase::kRecalled;
      batch->lease->released = now;
      functions -= victim.Suspended() ? batch->Remaining() : unstarted;
    } else if (batch->lease->reported_end > 0 && unstarted > 0) {
      const int64_t cut = std::min(unstarted, functions);
      batch->lease->end = std::max(batch->end - cut, batch->begin + 1);
      functions -= cut;
    }
    changed_.insert(victim.report.worker);
  }
}

void Scheduler::EndOverdue(BootTime now) {
  for (auto& [key, batch] : batches_) {
    if (!batch.lease.has_value()) continue;
    const Lease& lease = *batch.lease;
    // Most are live and held: nothing to look up.
    if (lease.phase == LeasePhase::kLive && lease.seen_held) continue;
    const WorkerState& worker = workers_.at(lease.worker);
    if (worker.presence != Presence::kPresent) continue;  // Its silence decides.
    const bool ignored = lease.phase == LeasePhase::kLive && !lease.seen_held &&
                         now - lease.since > policy_.take_up && worker.Grantable();
    const bool kept = lease.phase == LeasePhase::kRecalled && now - lease.released > policy_.let_go;
    if (!ignored && !kept) continue;
    if (ignored) batch.avoid = lease.worker;
    EndLeaseOf(batch, LeaseEnd::kReturned);
  }
}

}  // namespace motzkin::coordinator
