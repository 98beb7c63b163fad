// Stores results for workers that have no way to Postgres. It has a few threads with a connection
// each, so that one slow flush does not hold up all others, and many do not flood the database.
//
// Thread-safe. Stop() finishes the queued submissions and is idempotent.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/postgres/connection.h"
#include "coordinator/service/task_queue.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::coordinator {

class ResultRelay {
 public:
  using Statuses = absl::StatusOr<std::vector<v1::RowStatus>>;

  // `conninfo` is that of a role that may execute submit_results(). Connections are opened when
  // they are needed.
  explicit ResultRelay(std::string conninfo);
  ~ResultRelay();

  // Calls `done` exactly once: on another thread with the answer of StoreResults(), which has the
  // errors; or at once with UNAVAILABLE if too many submissions wait (the worker keeps its rows and
  // repeats).
  void Submit(v1::Submission submission, const std::function<void(Statuses)>& done);
  void Stop();

 private:
  Statuses SubmitNow(const v1::Submission& submission);
  absl::StatusOr<std::unique_ptr<postgres::Connection>> Take() ABSL_LOCKS_EXCLUDED(mutex_);
  void GiveBack(std::unique_ptr<postgres::Connection> connection) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string conninfo_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<postgres::Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  TaskQueue threads_;  // Last, so its threads are joined before what they use goes away.
};

}  // namespace motzkin::coordinator
