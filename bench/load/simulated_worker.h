// A worker for load tests. It speaks the real protocol on a connection of its own and computes
// nothing.
//
// It holds the batches that the coordinator wants, "finishes" functions at a given speed in the
// order of its batches, and hands them over in flushes as the real worker does. It reports every 5
// s and, at most four times a second, when its batches changed.
//
// Thread-safe. Call Advance() from one thread; Stored() may be called from any, and gRPC's threads
// run the stream's reactions.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "motzkin/v1/worker_service.grpc.pb.h"

namespace motzkin::bench {

// Waiting times of all workers. Thread-safe.
class Latencies {
 public:
  void Add(absl::Duration latency) ABSL_LOCKS_EXCLUDED(mutex_);
  // Forgets the times added so far.
  void Clear() ABSL_LOCKS_EXCLUDED(mutex_);
  size_t count() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Returns a quantile in milliseconds, 0 <= part <= 1; 0 if nothing was added.
  double Quantile(double part) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  std::vector<double> milliseconds_ ABSL_GUARDED_BY(mutex_);
};

// The waiting times of workers. Thread-safe.
struct Waits {
  Latencies answers;    // from a report to its answer
  Latencies greetings;  // the same for the first report, connecting included
  Latencies grants;     // from the first report to the first batch
  Latencies fills;      // from the first report to as many batches as slots
};

struct LoadOptions {
  std::string address;
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  int slots = 16;
  // Functions a second, for the whole worker.
  double speed = 5;
};

class SimulatedWorker : private grpc::ClientBidiReactor<v1::WorkerState, v1::DesiredState> {
 public:
  // `waits` must outlive this.
  SimulatedWorker(const LoadOptions& options, int number, Waits& waits);
  // Ends the stream and waits for its end.
  ~SimulatedWorker() override;

  // Connects and sends the first report.
  void Start();
  // Computes up to `now`, reports if that is due, and returns rows that are due for a flush, at
  // most one submission a call.
  std::optional<v1::Submission> Advance(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);
  // Has the coordinator store a submission, on the connection of the stream. Returns whether it did.
  bool Submit(const v1::Submission& submission);
  // Tells the worker that a submission from Advance() is stored.
  void Stored(const v1::Submission& submission) ABSL_LOCKS_EXCLUDED(mutex_);
  int batches() const ABSL_LOCKS_EXCLUDED(mutex_);
  bool broken() const ABSL_LOCKS_EXCLUDED(mutex_);
  // The database to which the coordinator wants results to go. Empty: results go through the
  // coordinator, or it has not answered yet.
  std::string database() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Batch {
    v1::DesiredBatch desired;
    int64_t next = 0;     // first index not computed
    int64_t flushed = 0;  // first index not handed over
    int64_t stored = 0;
  };

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  void Apply(const v1::DesiredState& desired) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Report(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Compute(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<v1::Submission> TakeFlush(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const LoadOptions options_;
  Waits& waits_;
  std::mt19937_64 random_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  grpc::ClientContext context_;
  v1::DesiredState incoming_;

  mutable absl::Mutex mutex_;
  v1::WorkerState state_ ABSL_GUARDED_BY(mutex_);
  v1::WorkerState written_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  bool greeted_ ABSL_GUARDED_BY(mutex_) = false;
  bool granted_ ABSL_GUARDED_BY(mutex_) = false;
  bool filled_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Batch> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::DesiredJob> jobs_ ABSL_GUARDED_BY(mutex_);
  std::string database_ ABSL_GUARDED_BY(mutex_);
  double credit_ ABSL_GUARDED_BY(mutex_) = 0;  // functions that could have been computed
  absl::Time first_report_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_report_ ABSL_GUARDED_BY(mutex_);
  absl::Time awaiting_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  uint64_t awaited_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time computed_until_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_flush_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace motzkin::bench
