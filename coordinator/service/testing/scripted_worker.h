// A worker for tests. It speaks the real protocol over a real stream, and does only what the test
// tells it.
//
// Thread-compatible. A thread of its own reads the stream.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "motzkin/v1/worker_service.grpc.pb.h"

namespace motzkin::coordinator {

class ScriptedWorker {
 public:
  // The UUID and the name are made from `number`.
  ScriptedWorker(const std::string& address, int number, uint64_t instance = 1);
  ~ScriptedWorker();

  // The state that the next report sends. Slots, engines and versions are set already.
  v1::WorkerState& state() { return state_; }
  const std::string& uuid() const { return state_.worker_uuid(); }

  // Sends the state with the next sequence number.
  void Report();
  // Reports that the worker holds exactly the desired batches and has begun none of them.
  void Obey();

  // Waits until `condition` holds for the newest desired state, and returns that. Fails the test
  // after a minute.
  v1::DesiredState WaitFor(const std::function<bool(const v1::DesiredState&)>& condition);
  v1::DesiredState WaitForBatches();

  // Waits for the end of the stream and returns how it ended.
  grpc::Status End();
  // Closes the stream from this side.
  void Close();

  // Returns a submission with one result for every index of `batch`.
  v1::Submission SubmissionOf(const v1::DesiredState& desired, const v1::DesiredBatch& batch) const;
  // Sends those results through the relay, as many at a time as a submission may hold. Returns one
  // status for each, or the first error.
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::DesiredState& desired,
                                                    const v1::DesiredBatch& batch);

 private:
  void Read();
  absl::StatusOr<std::vector<v1::RowStatus>> Send(const v1::Submission& submission);

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WorkerState, v1::DesiredState>> stream_;
  v1::WorkerState state_;
  absl::Mutex mutex_;
  std::optional<v1::DesiredState> desired_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  std::jthread reader_;  // Last, so it is joined before anything it uses goes away.
};

}  // namespace motzkin::coordinator
