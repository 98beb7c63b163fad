// Chooses the way of the results: straight to Postgres if the worker can reach it, otherwise
// through the coordinator.
//
// When Postgres cannot be reached for `patience`, or refuses our role, the route falls back to the
// relay. It tries the direct way again every `direct_retry`.
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

// Writes straight to Postgres on a connection of its own, which is opened when needed and dropped
// when it fails. Submit() is for one thread, SetDatabase() for any.
class PostgresSink final : public ResultSink {
 public:
  // Takes a libpq connection string. The next Submit() connects to it.
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
  // Less than the writer's patience, so that the relay is tried before rows go to the spool.
  absl::Duration patience = absl::Seconds(3);
  absl::Duration direct_retry = absl::Seconds(30);
};

// Submit() is for one thread, the other functions for any.
class ResultRoute final : public ResultSink {
 public:
  // The references must outlive this.
  ResultRoute(RouteOptions options, ResultSink& direct, ResultSink& relay, const Clock& clock)
      : options_(options), direct_(direct), relay_(relay), clock_(clock) {}

  // Says whether a direct way exists at all; without one everything is relayed.
  void SetDirectKnown(bool known) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::Submission& submission) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns "direct" or "relay", the way that the next rows will go.
  std::string way() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool TryDirect() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Notes how the direct way answered. Returns true if the relay is to be used instead.
  bool NoteDirect(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  const RouteOptions options_;
  ResultSink& direct_;
  ResultSink& relay_;
  const Clock& clock_;

  mutable absl::Mutex mutex_;
  bool direct_known_ ABSL_GUARDED_BY(mutex_) = false;
  bool fallen_back_ ABSL_GUARDED_BY(mutex_) = false;
  // The first failure of the direct way since it last worked; infinite if there is none.
  BootTime failing_since_ ABSL_GUARDED_BY(mutex_) = BootTime::Never();
  BootTime try_direct_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::worker
