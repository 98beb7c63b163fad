// The open batches of running jobs and the leases on them. Leases are given out and taken away here
// and nowhere else.
//
// A lease shows in three places, and every function leaves them in step:
//
//   batch.lease() is set  <=>  the batch is in leases() of the lease's worker
//                         <=>  the batch is not in pending() of its job
//
// The other parts of the scheduler may change a lease's progress (phase, range, the holder's
// report) through lease().
//
// Thread-compatible.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/core/batch_state.h"
#include "coordinator/core/cluster_state.h"

namespace motzkin::coordinator {

class LeaseTable {
 public:
  // `cluster` must outlive this.
  explicit LeaseTable(ClusterState& cluster) : cluster_(cluster) {}

  const std::map<BatchKey, BatchState>& batches() const { return batches_; }
  // Returns null if there is no such open batch.
  BatchState* Find(const BatchKey& key);
  std::vector<BatchState*> OfJob(int64_t job);
  // Returns the batches that are leased to the worker, in any phase.
  std::vector<BatchState*> HeldBy(const WorkerState& worker);
  // Returns the batch that the worker should work on first among those that lack rows, or null.
  BatchState* FirstOf(const WorkerState& worker);

  // The batch may be leased from now on. Does nothing if it is known, or if its job does not run.
  void Add(const BatchSnapshot& snapshot);
  void Forget(BatchState& batch);
  // Forgets all of the job's batches.
  void Forget(const JobState& job);
  // Forgets the job's batches and asks the store to end the job.
  void EndJob(JobState& job, v1::JobState state, const std::string& reason);

  // Leases the whole batch, of which nothing is begun. The batch must not be leased.
  void Lend(BatchState& batch, Lease lease);
  // Takes the batch away from its worker without telling the store, for a lease that is not durable
  // or has ended there. It may be leased again at once.
  void Drop(BatchState& batch);
  // Drop(), and asks the store to end the lease if it is durable.
  void End(BatchState& batch, LeaseEnd why);

 private:
  ClusterState& cluster_;
  std::map<BatchKey, BatchState> batches_;
};

}  // namespace motzkin::coordinator
