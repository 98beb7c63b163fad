// Stores results for workers that have no way to Postgres. A few threads with a connection each, so
// that flushes of many workers neither queue behind one another nor flood the database.
//
// Thread-safe. Stop() finishes what is queued, is idempotent.
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

  // `conninfo` of a role that may execute submit_results(). Connections open when needed.
  explicit ResultRelay(std::string conninfo);
  ~ResultRelay();

  // Calls `done` from another thread, exactly once: with UNAVAILABLE at once when too much waits
  // already (the worker keeps its rows and repeats). See SubmitResults() for the errors.
  void Submit(v1::Submission submission, const std::function<void(Statuses)>& done);
  void Stop();

 private:
  Statuses SubmitNow(const v1::Submission& submission);
  absl::StatusOr<std::unique_ptr<postgres::Connection>> Take() ABSL_LOCKS_EXCLUDED(mutex_);
  void GiveBack(std::unique_ptr<postgres::Connection> connection) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string conninfo_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<postgres::Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  TaskQueue threads_;  // Last: its threads use the rest.
};

}  // namespace motzkin::coordinator
