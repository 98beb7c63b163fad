// Which way results go: to Postgres directly where there is a way, else through the coordinator.
//
// Falls back from direct to relay when Postgres cannot be reached for `patience` but the
// coordinator can, and looks for the direct way again every `direct_retry`.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/postgres/connection.h"
#include "worker/results/result_sink.h"

namespace motzkin::worker {

// Straight to Postgres on a connection of its own, opened when needed and dropped on any error.
// Submit() is for one thread; SetDatabase() for any.
class PostgresSink final : public ResultSink {
 public:
  // A libpq connection string.
  void SetDatabase(const std::string& conninfo) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) override
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Mutex mutex_;
  std::string conninfo_ ABSL_GUARDED_BY(mutex_);
  std::string connected_to_;
  std::unique_ptr<postgres::Connection> connection_;
};

struct RouteOptions {
  absl::Duration patience = absl::Seconds(3);  // Less than the writer's, which then spools.
  absl::Duration direct_retry = absl::Seconds(30);
};

// Submit() is for one thread, the rest for any.
class ResultRoute final : public ResultSink {
 public:
  // All must outlive this.
  ResultRoute(RouteOptions options, ResultSink& direct, ResultSink& relay, const Clock& clock)
      : options_(options), direct_(direct), relay_(relay), clock_(clock) {}

  // Whether there is a direct way at all.
  void SetDirectKnown(bool known) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  // "direct" or "relay": the way of the next rows.
  std::string way() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool TryDirect() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Notes how the direct way answered; true: use the relay instead.
  bool NoteDirect(bool reachable) ABSL_LOCKS_EXCLUDED(mutex_);

  const RouteOptions options_;
  ResultSink& direct_;
  ResultSink& relay_;
  const Clock& clock_;

  mutable absl::Mutex mutex_;
  bool direct_known_ ABSL_GUARDED_BY(mutex_) = false;
  bool fallen_back_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration failing_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  absl::Duration try_direct_at_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace motzkin::worker
