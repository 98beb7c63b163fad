// Sends finished results to a sink, each at least once, and forgets a row only when the sink has
// acknowledged it. Sending a row twice is harmless: (job, index) is the primary key.
//
// The rows of a lease wait in memory until `flush_rows` are there or the first has waited for
// `flush_interval`. When the sink has been away for `patience`, and at Stop(), they move to the
// spool. Add() blocks while memory is full and the spool takes nothing, which pauses the slots.
//
// Owns its thread. Thread-safe. Stop() is idempotent and harmless without Start().
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <deque>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/timed_wait.h"
#include "worker/results/batch.h"
#include "worker/results/result_sink.h"
#include "worker/results/result_spool.h"

namespace motzkin::worker {

struct WriterOptions {
  std::string worker_uuid;
  absl::Duration flush_interval = absl::Seconds(1);
  int flush_rows = 256;  // A Submission may hold no more.
  absl::Duration patience = absl::Seconds(5);
  // Memory for waiting rows. This is minutes of output, and little beside the memory of one engine.
  int64_t memory_bytes_max = 32ll << 20;
  // The spool is bounded by the measured output of this time ...
  absl::Duration spool_time = absl::Hours(1);
  // ... but its bound is kept between these two.
  int64_t spool_bytes_min = 16ll << 20;
  int64_t spool_bytes_max = 4ll << 30;
  absl::Duration retry_min = absl::Milliseconds(250);
  absl::Duration retry_max = absl::Seconds(5);
};

class ResultWriter {
 public:
  // The number of rows that wait, in memory and in the spool.
  struct Waiting {
    int64_t memory = 0;
    int64_t spooled = 0;
  };

  // The references must outlive this.
  ResultWriter(WriterOptions options, ResultSink& sink, ResultSpool& spool,
               ResultObserver& observer, const Clock& clock);
  ~ResultWriter();

  void Start();
  // Nothing is sent until the cluster is known, and rows of other clusters are never sent.
  void SetCluster(const std::string& cluster_uuid) ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes over one row of `task`'s batch.
  void Add(const Task& task, v1::Result result) ABSL_LOCKS_EXCLUDED(mutex_);
  // Sends the waiting rows without the usual delay.
  void Flush() ABSL_LOCKS_EXCLUDED(mutex_);
  // From now on Add() does not block, so that slots can end. Memory stays bounded, because each
  // slot adds one more row at most.
  void BeginStop() ABSL_LOCKS_EXCLUDED(mutex_);
  // Sends rows until none waits in memory or `timeout` has passed, then spools the rest and ends
  // the thread. Returns the number of rows that found no room on disk either; they are forgotten,
  // and their functions are granted again.
  int64_t Stop(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  Waiting waiting() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Rows travel in one Submission if they share the cluster and the lease.
  using GroupKey = std::pair<std::string, WorkId>;
  struct Group {
    v1::Submission header;
    std::deque<v1::Result> rows;
    BootTime oldest;  // when the first row came
  };
  enum class Step { kWait, kSendMemory, kSendSpool, kSpill, kSetAside, kStop };

  void Run();
  Step AwaitStep() ABSL_LOCKS_EXCLUDED(mutex_);
  Step NextStep(BootTime now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns how long nothing can become due.
  absl::Duration IdleTime(BootTime now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Due(const Group& group, BootTime now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AnyDue(BootTime now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void SendMemory() ABSL_LOCKS_EXCLUDED(mutex_);
  void SendSpool() ABSL_LOCKS_EXCLUDED(mutex_);
  // Moves rows from memory to the spool: all of them, or all but those of `except_cluster`.
  void Spill(const std::string& except_cluster = "") ABSL_LOCKS_EXCLUDED(mutex_);
  void SetAside() ABSL_LOCKS_EXCLUDED(mutex_);

  // Moves up to flush_rows rows of a group into a record. They still count as waiting.
  SpoolRecord TakeFrom(std::map<GroupKey, Group>::iterator group)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Must follow each TakeFrom(), whose rows and bytes are `taken_rows` and `taken_bytes`. The rows
  // in `left` go back to their group; the others no longer count as waiting.
  void Settle(int64_t taken_rows, int64_t taken_bytes, SpoolRecord left)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void NoteSink(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  int64_t SpoolBound(BootTime now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const WriterOptions options_;
  ResultSink& sink_;
  ResultSpool& spool_;  // Only the thread touches it and, once the thread has ended, Stop().
  ResultObserver& observer_;
  const Clock& clock_;

  mutable absl::Mutex mutex_;
  CondVar changed_;
  std::string cluster_uuid_ ABSL_GUARDED_BY(mutex_);
  bool cluster_changed_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<GroupKey, Group> groups_ ABSL_GUARDED_BY(mutex_);
  int64_t memory_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t memory_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t spooled_rows_ ABSL_GUARDED_BY(mutex_) = 0;
  // A full spool is not tried again before this time.
  BootTime spool_retry_at_ ABSL_GUARDED_BY(mutex_);
  bool flush_ ABSL_GUARDED_BY(mutex_) = false;
  bool unbounded_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  BootTime stop_by_ ABSL_GUARDED_BY(mutex_) = BootTime::Never();
  // The beginning of the sink's absence (infinite: it is not away), and the next attempt.
  BootTime away_since_ ABSL_GUARDED_BY(mutex_) = BootTime::Never();
  BootTime retry_at_ ABSL_GUARDED_BY(mutex_);
  absl::Duration backoff_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  // The measured output, for the bound of the spool.
  BootTime first_add_ ABSL_GUARDED_BY(mutex_) = BootTime::Never();
  int64_t bytes_added_ ABSL_GUARDED_BY(mutex_) = 0;

  std::jthread thread_;  // Last, so it is joined before anything it uses goes away.
};

}  // namespace motzkin::worker
