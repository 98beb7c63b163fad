#include "coordinator/core/lease_table.h"

#include <tuple>
#include <utility>

namespace motzkin::coordinator {

BatchState* LeaseTable::Find(const BatchKey& key) {
  const auto found = batches_.find(key);
  return found == batches_.end() ? nullptr : &found->second;
}

std::vector<BatchState*> LeaseTable::OfJob(int64_t job) {
  std::vector<BatchState*> batches;
  for (auto it = batches_.lower_bound({job, 0}); it != batches_.end() && it->first.job == job;
       ++it) {
    batches.push_back(&it->second);
  }
  return batches;
}

std::vector<BatchState*> LeaseTable::HeldBy(const WorkerState& worker) {
  std::vector<BatchState*> held;
  for (const BatchKey& key : worker.leases()) held.push_back(&batches_.at(key));
  return held;
}

BatchState* LeaseTable::FirstOf(const WorkerState& worker) {
  // A careful batch has the worker for itself. The others are in the order of the desired state
  // (Scheduler::DesiredFor()), where the first job has the first turn.
  const auto rank = [](const BatchState* batch) {
    return std::tuple(!batch->careful(), batch->key.job, batch->begin);
  };
  BatchState* first = nullptr;
  for (BatchState* batch : HeldBy(worker)) {
    if (batch->lease()->phase != LeasePhase::kLive || batch->closed()) continue;
    if (first == nullptr || rank(batch) < rank(first)) first = batch;
  }
  return first;
}

void LeaseTable::Add(const BatchSnapshot& snapshot) {
  JobState* job = cluster_.FindJob(snapshot.key.job);
  if (job == nullptr || !job->running()) return;
  if (!batches_.try_emplace(snapshot.key, snapshot).second) return;
  // A split moves a batch's end and never its begin, so this entry is found again for as long as
  // the batch is open.
  job->pending_.insert({snapshot.begin, snapshot.key.batch});
  // A poll may be the first to tell of the batch, if the answer to its allocation was lost.
  job->AllocatedTo(snapshot.end);
}

void LeaseTable::Forget(BatchState& batch) {
  // Drop() makes the batch pending again, so it comes before the erase.
  if (batch.lease() != nullptr) Drop(batch);
  cluster_.jobs.at(batch.key.job).pending_.erase({batch.begin, batch.key.batch});
  batches_.erase(BatchKey(batch.key));  // The key is copied, as the original goes with the batch.
}

void LeaseTable::Forget(const JobState& job) {
  for (BatchState* batch : OfJob(job.rules.id)) Forget(*batch);
}

void LeaseTable::EndJob(JobState& job, v1::JobState state, const std::string& reason) {
  if (std::exchange(job.ending, true)) return;
  cluster_.outbox.Emit(SetJobState{job.rules.id, state, reason});
  // The leases are only forgotten: the store ends them in the transaction that ends the job.
  Forget(job);
}

void LeaseTable::Lend(BatchState& batch, Lease lease) {
  cluster_.jobs.at(batch.key.job).pending_.erase({batch.begin, batch.key.batch});
  cluster_.workers.at(lease.worker).leases_.insert(batch.key);
  lease.end = batch.end;
  lease.unstarted_begin = batch.begin;
  batch.lease_ = std::move(lease);
}

void LeaseTable::Drop(BatchState& batch) {
  WorkerState& worker = cluster_.workers.at(batch.lease_->worker);
  worker.leases_.erase(batch.key);
  // The next tick plans for the worker, and not this turn: a grant that the store refuses again and
  // again then costs one attempt a second.
  worker.hungry = true;
  cluster_.changed.insert(batch.lease_->worker);
  batch.lease_.reset();
  cluster_.jobs.at(batch.key.job).pending_.insert({batch.begin, batch.key.batch});
}

void LeaseTable::End(BatchState& batch, LeaseEnd why) {
  // A lease that is still being granted has no attempt that could be ended. Should the store grant
  // it, StoreReconciler finds that it is not wanted any more and ends it.
  if (batch.lease_->phase != LeasePhase::kGranting) {
    cluster_.outbox.Emit(EndLease{{batch.key, batch.lease_->attempt}, why});
    if (why == LeaseEnd::kDied) ++batch.deaths;
  }
  Drop(batch);
}

}  // namespace motzkin::coordinator
