// Sends finished results to a sink, at least once each, and forgets a row only when the sink has
// acknowledged it. Sending twice is harmless: (job, index) is the primary key.
//
// Rows wait in memory for at most `flush_interval` or `flush_rows`. When the sink has been away for
// `patience`, and at Stop(), they move to the spool. Add() blocks while memory is full and the
// spool takes nothing: that pauses the slots.
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
  int flush_rows = 256;  // The most that one Submission may hold.
  absl::Duration patience = absl::Seconds(5);
  // Memory of waiting rows: minutes of output, and a small part of one engine's share.
  int64_t memory_bytes_max = 32ll << 20;
  // The spool's bound is this much of the measured output ...
  absl::Duration spool_time = absl::Hours(1);
  // ... but never less or more than these.
  int64_t spool_bytes_min = 16ll << 20;
  int64_t spool_bytes_max = 4ll << 30;
  absl::Duration retry_min = absl::Milliseconds(250);
  absl::Duration retry_max = absl::Seconds(5);
};

class ResultWriter {
 public:
  struct Waiting {
    int64_t memory = 0;
    int64_t spooled = 0;
  };

  // All must outlive this.
  ResultWriter(WriterOptions options, ResultSink& sink, ResultSpool& spool,
               ResultObserver& observer, const Clock& clock);
  ~ResultWriter();

  void Start();
  // Nothing is sent until the cluster is known, and nothing of another one ever.
  void SetCluster(const std::string& cluster_uuid) ABSL_LOCKS_EXCLUDED(mutex_);
  // Hands over one row of `task`'s batch.
  void Add(const Task& task, v1::Result result) ABSL_LOCKS_EXCLUDED(mutex_);
  // Sends what waits without the usual delay.
  void Flush() ABSL_LOCKS_EXCLUDED(mutex_);
  // From now on Add() does not block, so that slots can end: at most one row each is still to come.
  void BeginStop() ABSL_LOCKS_EXCLUDED(mutex_);
  // Sends until nothing waits or `timeout` passed; then spools the rest and ends the thread.
  // Returns the rows that found no room on disk either and are forgotten: their functions are
  // granted again.
  int64_t Stop(absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  Waiting waiting() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What rows must share to travel in one Submission: cluster and lease.
  using GroupKey = std::pair<std::string, BatchId>;
  struct Group {
    v1::Submission header;
    std::deque<v1::Result> rows;
    absl::Duration oldest;
  };
  enum class Step { kWait, kSendMemory, kSendSpool, kSpill, kSetAside, kStop };

  void Run();
  Step AwaitStep() ABSL_LOCKS_EXCLUDED(mutex_);
  Step NextStep(absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How long nothing can become due.
  absl::Duration IdleTime(absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Due(const Group& group, absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AnyDue(absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void SendMemory() ABSL_LOCKS_EXCLUDED(mutex_);
  void SendSpool() ABSL_LOCKS_EXCLUDED(mutex_);
  // Moves rows of memory to the spool: all, or those of clusters other than `except_cluster`.
  void Spill(const std::string& except_cluster = "") ABSL_LOCKS_EXCLUDED(mutex_);
  void SetAside() ABSL_LOCKS_EXCLUDED(mutex_);

  // Moves up to flush_rows rows of a group into a record. They count as waiting until Settle().
  SpoolRecord TakeFrom(std::map<GroupKey, Group>::iterator group)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Ends what TakeFrom began: `left` goes back to the group, the rest of `taken` no longer waits.
  void Settle(int64_t taken_rows, int64_t taken_bytes, SpoolRecord left)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void NoteSink(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  int64_t SpoolBound(absl::Duration now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const WriterOptions options_;
  ResultSink& sink_;
  ResultSpool& spool_;  // Touched by the thread alone and, once it has ended, by Stop().
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
  // A full spool is not tried again before this.
  absl::Duration spool_retry_at_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  bool flush_ ABSL_GUARDED_BY(mutex_) = false;
  bool unbounded_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration stop_by_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  // Since when the sink has been away (infinite: it is not), and when to try it again.
  absl::Duration away_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  absl::Duration retry_at_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  absl::Duration backoff_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  // Measured output, for the spool's bound.
  absl::Duration first_add_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  int64_t bytes_added_ ABSL_GUARDED_BY(mutex_) = 0;

  std::jthread thread_;  // Last, so it is joined before anything it uses goes away.
};

}  // namespace motzkin::worker
