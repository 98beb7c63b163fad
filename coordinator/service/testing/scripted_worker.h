// A worker for tests: speaks the real protocol over a real stream, and does only what it is told.
//
// Thread-compatible; a thread of its own reads the stream.
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
  // `number` makes the UUID and the name.
  ScriptedWorker(const std::string& address, int number, uint64_t instance = 1);
  ~ScriptedWorker();

  // What the next report says; slots, engines and versions are set already.
  v1::WorkerState& state() { return state_; }
  const std::string& uuid() const { return state_.worker_uuid(); }

  // Sends the state with the next sequence number.
  void Report();
  // Makes the state say that it holds exactly what is desired, none of it begun; and reports.
  void Obey();

  // The newest desired state for which `condition` holds; fails the test after a minute.
  v1::DesiredState WaitFor(const std::function<bool(const v1::DesiredState&)>& condition);
  v1::DesiredState WaitForBatches();

  // How the stream ended; waits for it.
  grpc::Status End();
  // Ends it from this side.
  void Close();

  // One result for every index of `batch`.
  v1::Submission SubmissionOf(const v1::DesiredState& desired, const v1::DesiredBatch& batch) const;
  // The same through the relay.
  absl::StatusOr<std::vector<v1::RowStatus>> Submit(const v1::DesiredState& desired,
                                                    const v1::DesiredBatch& batch);

 private:
  void Read();

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
