// Part of WorkerWatch. A lease has a deadline of progress: a worker that is heard and stores nothing
// does not keep what it was lent.
#include <absl/strings/str_cat.h>

#include "coordinator/core/audits.h"
#include "coordinator/core/worker_watch.h"

namespace motzkin::coordinator {

void WorkerWatch::WatchProgress(absl::Duration passed, BootTime now) {
  for (auto& [id, worker] : cluster_.workers) {
    worker.delivery.Expire(now, cluster_.DeliveryWindow());
    if (worker.leases().empty() || worker.presence != Presence::kPresent) continue;
    // Nothing can be stored, or nothing is asked of the worker. Its clock stands still and is not set
    // back, so that a worker gains nothing by saying in turns that it may work and that it may not.
    if (!cluster_.store_up || worker.Suspended()) continue;
    // A worker goes through its batches in order, so only the first of them tells whether it works.
    BatchState* const first = leases_.FirstOf(worker);
    if (first == nullptr) continue;
    first->lease()->stalled += passed;
    if (first->lease()->stalled > Patience(worker, *first)) TakeBackStalled(worker, *first, now);
  }
}

absl::Duration WorkerWatch::Patience(const WorkerState& worker, const BatchState& batch) const {
  const Policy& policy = cluster_.policy;
  const bool audits = !planner_.AuditsOf(worker.report.worker).empty();
  return policy.stall + policy.slowest * (audits ? 1 + kAuditBudgetFactor : 1) *
                            cluster_.jobs.at(batch.key.job).rules.budget;
}

void WorkerWatch::TakeBackStalled(WorkerState& worker, BatchState& first, BootTime now) {
  const absl::Duration stalled = first.lease()->stalled;
  const bool stores_others = now - worker.delivery.last() < stalled;
  bool others = false;
  for (BatchState* batch : leases_.HeldBy(worker)) {
    // If it stored nothing at all, its other batches would stand still after this one.
    if (batch != &first && (stores_others || batch->closed())) continue;
    others = others || batch != &first;
    leases_.End(*batch, LeaseEnd::kReturned);
    batch->avoid = worker.report.worker;
  }
  const std::string reason = absl::StrCat("no row of ", NameOf(first), " was stored for ",
                                          absl::ToInt64Seconds(stalled), " s");
  cluster_.outbox.Event(
      "lease", "worker ", worker.name(), " is slow or does not work: ", reason,
      others ? "; all that it holds goes to other workers" : "; it goes to another worker");
  ++worker.stalls;
  if (++worker.failures_in_row >= WorkerState::kFailuresBeforeDrain) {
    DrainForFailures(worker, reason);
  }
}

}  // namespace motzkin::coordinator
