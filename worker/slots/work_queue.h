// Knows the batches that this worker holds, and which function is next. It is pure bookkeeping,
// without I/O and without a thread.
//
//   SetWanted, SetMode  called by the agent with what the coordinator (or the owner) wants,
//                       level-triggered
//   Take .. Finished    called by the slots, for one function at a time
//   Acknowledged        called by the result writer, with the number of rows that are stored
//
// SetWanted() and SetMode() return the running tasks that are no longer wanted, for the caller to
// interrupt. Their slots then call GiveBack().
//
// Thread-safe.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/timed_wait.h"
#include "motzkin/v1/worker_service.pb.h"
#include "worker/results/batch.h"

namespace motzkin::worker {

struct WantedBatch {
  WorkId id;
  std::shared_ptr<const JobContext> job;
  int64_t begin_index = 0;
  int64_t end_index = 0;
  // A bitmap of the indices that are stored already: bit 0 of byte 0 is begin_index, and missing
  // bytes are 0.
  std::string done;
  // Functions run one at a time, each is stored before the next begins, and no function of another
  // batch runs beside them. So the one that runs when this worker dies is the one that killed it.
  bool careful = false;
  // The budgets are multiplied by this; above 1 only in audits.
  int budget_factor = 1;
  // The integral that is verified in place of an integration; empty: integrate.
  std::string candidate = {};
  // The reason why this worker cannot do the batch; empty if it can. With one, `job` may be null.
  std::string refusal = {};
};

// A function in progress: the slot that runs it, and its task's serial.
struct RunningTask {
  int slot = 0;
  uint64_t serial = 0;
};

class WorkQueue {
 public:
  // `on_change` is called when the coordinator should hear at once: all functions of a batch have
  // begun or are stored, a batch failed, or an interrupt was carried out. It is called from any
  // thread, without a lock held, and must not block.
  explicit WorkQueue(std::function<void()> on_change);

  // From now on the queue holds exactly the batches in `wanted`, in this order of preference.
  std::vector<RunningTask> SetWanted(std::vector<WantedBatch> wanted) ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<RunningTask> SetMode(v1::DesiredMode mode) ABSL_LOCKS_EXCLUDED(mutex_);
  // Slots with the number `slots` or above begin nothing.
  void SetSlotsAllowed(int slots) ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until there is a function for this slot. Empty once Stop() was called.
  std::optional<Task> Take(int slot) ABSL_LOCKS_EXCLUDED(mutex_);
  // The task has its row. Call it before the row goes to the result writer.
  void Finished(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // The task ended without a row. Its function begins again if it is still wanted.
  void GiveBack(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives the whole batch up. Its other running tasks go on and are stored. A failed audit is not
  // reported: the coordinator looks for another worker after a while.
  void Fail(const WorkId& id, const std::string& reason, bool job_failed)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // This many rows of the batch are stored.
  void Acknowledged(const WorkId& id, int64_t rows) ABSL_LOCKS_EXCLUDED(mutex_);
  // The batch was revoked in the database, so no more of its functions begin. Returns the running
  // ones.
  std::vector<RunningTask> Drop(const WorkId& id) ABSL_LOCKS_EXCLUDED(mutex_);

  // Returns the held batches. Audits are left out, because the coordinator keeps no account of
  // them. When draining, only batches with running functions or pending rows are left: the others
  // are given back.
  std::vector<v1::HeldBatch> Held() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns the failures that the coordinator has not acknowledged, the oldest first.
  std::vector<v1::FailedBatch> Failures() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The coordinator has heard of these failures.
  void ForgetFailures(const std::vector<BatchId>& ids) ABSL_LOCKS_EXCLUDED(mutex_);

  // The number of slots that have a task.
  int busy() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns true once no slot works, and false after `timeout`.
  bool AwaitIdle(absl::Duration timeout) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends every Take(), those that wait and later ones.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Batch {
    WantedBatch wanted;
    int64_t next = 0;            // the first index that was never begun
    std::set<int64_t> returned;  // begun and interrupted; these begin again
    std::map<int64_t, RunningTask> running;
    int64_t pending = 0;    // rows handed to the writer and not acknowledged
    bool given_up = false;  // failed or dropped: running functions end, none begins
  };

  void Trim(Batch& batch, const WantedBatch& wanted, std::vector<RunningTask>& unwanted)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch NewBatch(WantedBatch wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SkipDone(Batch& batch) const;
  // Counts the functions whose rows are stored: all that are not open. Counting acknowledgements
  // instead would count rows of a tail that was cut off since, and rows from before the batch went
  // and came back.
  int64_t StoredOf(const Batch& batch) const;
  bool MayBegin(int slot) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork(const Batch& batch) const;
  // Returns the batch whose function begins next. Null if there is none, or if a careful batch
  // wants the worker for itself.
  Batch* NextBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Task Begin(Batch& batch, int slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes a running task. Returns its batch; null if that is no longer held.
  Batch* End(const Task& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool CanTake(int slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<void()> on_change_;

  mutable absl::Mutex mutex_;
  std::map<WorkId, Batch> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<WorkId> order_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::FailedBatch> failures_ ABSL_GUARDED_BY(mutex_);
  v1::DesiredMode mode_ ABSL_GUARDED_BY(mutex_) = v1::DESIRED_MODE_RUN;
  int slots_allowed_ ABSL_GUARDED_BY(mutex_);
  mutable CondVar idle_;
  int busy_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t next_serial_ ABSL_GUARDED_BY(mutex_) = 1;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace motzkin::worker
