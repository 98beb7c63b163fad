// One Synchronize stream: turns gRPC's callbacks into flags that the agent's thread waits for.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <optional>

#include "common/base/timed_wait.h"
#include "motzkin/v1/worker_service.grpc.pb.h"

namespace motzkin::worker {

// Holds everything that the agent's thread waits for, from the session that is running and from the
// agent's owner. Outlives every session.
struct AgentMailbox {
  absl::Mutex mutex;
  CondVar changed;
  // Set by the owner of the agent.
  bool state_changed ABSL_GUARDED_BY(mutex) = false;
  bool stop ABSL_GUARDED_BY(mutex) = false;
  // Set by the session.
  std::optional<v1::DesiredState> desired ABSL_GUARDED_BY(mutex);
  bool writing ABSL_GUARDED_BY(mutex) = false;  // a write is in progress
  bool broken ABSL_GUARDED_BY(mutex) = false;   // a read or a write has failed
  bool done ABSL_GUARDED_BY(mutex) = false;     // gRPC has made its last callback
  grpc::Status status ABSL_GUARDED_BY(mutex);
};

// The functions are for one thread, which must see `done` in the mailbox before it destroys the
// session.
class AgentSession final : public grpc::ClientBidiReactor<v1::WorkerState, v1::DesiredState> {
 public:
  // Begins the call. Both must outlive this.
  AgentSession(v1::WorkerService::Stub& stub, AgentMailbox& mailbox);

  // Sends a state. Call it only while the mailbox does not say `writing`.
  void Send(v1::WorkerState state);
  // Says that nothing more will be sent; the coordinator then ends the stream.
  void HalfClose();
  // Lets the stream end once gRPC has nothing more to report. Nothing may be sent after this.
  void Release();
  void Cancel();

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  AgentMailbox& mailbox_;
  grpc::ClientContext context_;
  v1::WorkerState outgoing_;
  v1::DesiredState incoming_;
  bool released_ = false;
};

}  // namespace motzkin::worker
