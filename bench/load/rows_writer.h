// Sends the flushes of many simulated workers over a few connections to Postgres, which stand for
// theirs.
//
// Thread-safe. Stop() drops waiting flushes and is idempotent.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/load/simulated_worker.h"
#include "common/postgres/connection.h"
#include "motzkin/v1/worker_service.grpc.pb.h"

namespace motzkin::bench {

class RowsWriter {
 public:
  // Sends the rows of each worker to the database that it was told, and otherwise, and always with
  // `relay`, through the coordinator at `address`. So many flushes are under way together.
  RowsWriter(bool relay, const std::string& address, int flushes);
  ~RowsWriter();

  // Blocks while thousands of flushes wait.
  void Add(SimulatedWorker& worker, v1::Submission submission) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  int64_t rows() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t waiting() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The number of failed flushes, each of which was sent again.
  int64_t failures() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Flush {
    SimulatedWorker* worker;
    v1::Submission submission;
  };

  void Run();
  bool SendDirect(const SimulatedWorker& worker, const v1::Submission& submission);
  bool SendByRelay(const v1::Submission& submission);

  const bool always_relay_;
  const std::unique_ptr<v1::WorkerService::Stub> relay_;
  mutable absl::Mutex mutex_;
  std::deque<Flush> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Sessions that no flush uses, by worker: each has a login of its own.
  std::multimap<const SimulatedWorker*, std::unique_ptr<postgres::Connection>> idle_
      ABSL_GUARDED_BY(mutex_);
  int64_t rows_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  // last, so that they are joined before what they use goes away
  std::vector<std::jthread> threads_;
};

}  // namespace motzkin::bench
