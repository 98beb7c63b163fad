// Part of Planner. At a job's end, workers that ran dry get what others have not begun.
#include <algorithm>
#include <functional>

#include "coordinator/core/planner.h"

namespace motzkin::coordinator {
namespace {

// Moving less work than this is not worth the messages.
constexpr absl::Duration kWorthMoving = absl::Seconds(2);

struct Victim {
  const WorkerState* worker = nullptr;
  int64_t unstarted = 0;
  double seconds = 0;  // The worker needs this long for it.
};

}  // namespace

void Planner::Rebalance(JobState& job, BootTime now) {
  // As long as anything is left to hand out, no worker has to be relieved for another.
  if (!cluster_.MayGrant() || !job.running() || !job.pending().empty()) return;
  if (job.allocating > 0 || job.Allocatable() > 0) return;
  std::vector<const WorkerState*> idle;
  std::vector<Victim> victims;
  for (const auto& [id, worker] : cluster_.workers) {
    Victim victim{.worker = &worker};
    bool dry = true;
    bool moving = false;
    for (const BatchState* batch : leases_.HeldBy(worker)) {
      const Lease& lease = *batch->lease();
      // The worker has not reported the batch yet or not begun all of it: it still has work.
      if (!lease.seen_held || batch->Unstarted() > 0) dry = false;
      if (batch->key.job != job.rules.id) continue;
      // A victim is relieved again only when the last move is over: until then its reports do not
      // show how much it has left.
      moving = moving || lease.phase == LeasePhase::kRecalled || lease.end < batch->end;
      // A suspended worker does not go on with what it began either.
      victim.unstarted += worker.Suspended() ? batch->Remaining() : batch->Unstarted();
    }
    if (dry && worker.Suits(job)) idle.push_back(&worker);
    if (moving || victim.unstarted == 0 || worker.presence != Presence::kPresent) continue;
    // The work of a suspended worker stands still, so it goes before that of the slowest.
    victim.seconds =
        worker.Suspended() ? 1e9 : 60.0 * static_cast<double>(victim.unstarted) / worker.Speed();
    victims.push_back(victim);
  }
  std::ranges::stable_sort(victims, std::ranges::greater(), &Victim::seconds);
  // Each of the slowest is paired with one idle worker. The next tick looks again.
  for (size_t i = 0; i < std::min(idle.size(), victims.size()); ++i) {
    const Victim& victim = victims[i];
    if (victim.seconds < absl::ToDoubleSeconds(kWorthMoving)) break;
    // With this share both end together: share / idle speed = (1 - share) / victim's speed.
    const double share = idle[i]->Speed() / (idle[i]->Speed() + victim.worker->Speed());
    auto part = static_cast<int64_t>(static_cast<double>(victim.unstarted) * share);
    if (victim.worker->Suspended()) part = victim.unstarted;
    Relieve(*victim.worker, job, std::max<int64_t>(part, 1), now);
  }
}

void Planner::Relieve(const WorkerState& victim, const JobState& job, int64_t functions,
                      BootTime now) {
  std::vector<BatchState*> held = leases_.HeldBy(victim);
  // A batch that its holder has not reported yet may be begun to its end by now.
  std::erase_if(held, [&](const BatchState* batch) {
    return batch->key.job != job.rules.id || batch->lease()->phase != LeasePhase::kLive ||
           !batch->lease()->seen_held;
  });
  // Batches are taken from the end of the victim's list, which it would reach last.
  std::ranges::sort(held, std::ranges::greater(), &BatchState::begin);
  for (BatchState* batch : held) {
    if (functions <= 0) break;
    Lease& lease = *batch->lease();
    const int64_t unstarted = batch->Unstarted();
    // A whole batch moves with its lease. For a part, the batch must be split, and that waits until
    // the holder reports the shorter range (WorkerWatch::TakeHeldBatch()).
    if (victim.Suspended() || (!batch->Begun() && unstarted <= functions)) {
      lease.phase = LeasePhase::kRecalled;
      lease.released = now;
      functions -= victim.Suspended() ? batch->Remaining() : unstarted;
    } else if (lease.reported_end > 0 && unstarted > 0) {
      const int64_t cut = std::min(unstarted, functions);
      // The head keeps a function at least, because no batch is empty.
      lease.end = std::max(batch->end - cut, batch->begin + 1);
      functions -= cut;
    }
    cluster_.changed.insert(victim.report.worker);
  }
}

}  // namespace motzkin::coordinator
