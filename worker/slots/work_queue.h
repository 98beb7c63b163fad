// The batches that this worker holds, and which function is next. Pure bookkeeping: no I/O, no
// thread.
//
//   SetWanted/SetMode  agent: what the coordinator (or the owner) wants, level-triggered
//   Take .. Finished   slots: one function at a time
//   Acknowledged       result writer: how many rows of a batch are stored
//
// Work that is no longer wanted comes back from SetWanted/SetMode as a list of running tasks, for
// the caller to interrupt. Their slots then call GiveBack.
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
  BatchId id;
  std::shared_ptr<const JobContext> job;
  int64_t begin_index = 0;
  int64_t end_index = 0;
  // Bit 0 of byte 0 is begin_index; missing bytes are 0.
  std::string done;
  // One function at a time, each stored before the next is begun, and nothing of other batches
  // beside it: what runs when this worker dies is what killed it.
  bool careful = false;
  // By which the budgets are multiplied; above 1 in audits.
  int budget_factor = 1;
  // Not empty: this worker cannot do it, for this reason. `job` may then be null.
  std::string refusal;
};

struct BatchReport {
  BatchId id;
  std::string spec_digest;
  int64_t stored = 0;
  int64_t pending = 0;
  int64_t unstarted_begin = 0;
  int64_t end_index = 0;
};

struct FailureReport {
  BatchId id;
  std::string reason;
  bool job_failed = false;
};

struct RunningTask {
  int slot = 0;
  uint64_t serial = 0;
};

class WorkQueue {
 public:
  // `on_change` is called, from any thread and without a lock held, when the coordinator should
  // hear at once: a batch begun to its end, stored to its end, or failed; an interrupt carried out.
  // It must not block.
  explicit WorkQueue(std::function<void()> on_change);

  // Holds exactly `wanted` from now on, in this order of preference.
  std::vector<RunningTask> SetWanted(std::vector<WantedBatch> wanted) ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<RunningTask> SetMode(v1::DesiredMode mode) ABSL_LOCKS_EXCLUDED(mutex_);
  // Slots with this number or above begin nothing.
  void SetSlotsAllowed(int slots) ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until there is a function for this slot; empty: Stop() was called.
  std::optional<Task> Take(int slot) ABSL_LOCKS_EXCLUDED(mutex_);
  // The task's row was handed to the result writer.
  void Finished(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // It was interrupted; it is begun again if it is still wanted.
  void GiveBack(const Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives the whole batch up. Its other running tasks go on and are stored. Of an audit the
  // coordinator does not hear: it looks for another worker after a while.
  void Fail(const BatchId& id, const std::string& reason, bool job_failed)
      ABSL_LOCKS_EXCLUDED(mutex_);

  void Acknowledged(const BatchId& id, int64_t rows) ABSL_LOCKS_EXCLUDED(mutex_);
  // Revoked in the database: begin nothing more of it. Returns what runs.
  std::vector<RunningTask> Drop(const BatchId& id) ABSL_LOCKS_EXCLUDED(mutex_);

  // Without audits, of which nobody keeps account. When draining only batches with work in progress
  // or rows pending: the others are given back.
  std::vector<BatchReport> Held() const ABSL_LOCKS_EXCLUDED(mutex_);
  std::vector<FailureReport> Failures() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The coordinator knows of these.
  void ForgetFailures(const std::vector<BatchId>& ids) ABSL_LOCKS_EXCLUDED(mutex_);

  int busy() const ABSL_LOCKS_EXCLUDED(mutex_);
  // True once no slot works; false after `timeout`.
  bool AwaitIdle(absl::Duration timeout) const ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends every Take(), now and later.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Batch {
    WantedBatch wanted;
    int64_t next = 0;            // First index that was never begun.
    std::set<int64_t> returned;  // Begun, interrupted, to be begun again.
    std::map<int64_t, RunningTask> running;
    int64_t done = 0;       // Stored before this lease.
    int64_t stored = 0;     // Acknowledged in this lease.
    int64_t pending = 0;    // Handed to the writer, not acknowledged.
    bool given_up = false;  // Failed or dropped: only finishes what runs.
  };

  void Trim(Batch& batch, const WantedBatch& wanted, std::vector<RunningTask>& unwanted)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch NewBatch(WantedBatch wanted) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SkipDone(Batch& batch) const;
  bool MayBegin(int slot) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork(const Batch& batch) const;
  // The batch to begin a function of; null: none, or a careful one wants the worker for itself.
  Batch* NextBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Task Begin(Batch& batch, int slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes a running task; null when its batch is no longer held.
  Batch* End(const Task& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool CanTake(int slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<void()> on_change_;

  mutable absl::Mutex mutex_;
  std::map<BatchId, Batch> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<BatchId> order_ ABSL_GUARDED_BY(mutex_);
  std::vector<FailureReport> failures_ ABSL_GUARDED_BY(mutex_);
  v1::DesiredMode mode_ ABSL_GUARDED_BY(mutex_) = v1::DESIRED_MODE_RUN;
  int slots_allowed_ ABSL_GUARDED_BY(mutex_);
  mutable CondVar idle_;
  int busy_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t next_serial_ ABSL_GUARDED_BY(mutex_) = 1;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace motzkin::worker
