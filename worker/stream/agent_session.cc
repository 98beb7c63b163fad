#include "worker/stream/agent_session.h"

#include <utility>

namespace motzkin::worker {

AgentSession::AgentSession(v1::WorkerService::Stub& stub, AgentMailbox& mailbox)
    : mailbox_(mailbox) {
  {
    const absl::MutexLock lock(&mailbox_.mutex);
    mailbox_.desired.reset();
    mailbox_.writing = mailbox_.broken = mailbox_.done = false;
  }
  stub.async()->Synchronize(&context_, this);
  AddHold();  // Writes begin outside of gRPC's callbacks.
  StartRead(&incoming_);
  StartCall();
}

void AgentSession::Send(v1::WorkerState state) {
  outgoing_ = std::move(state);
  {
    const absl::MutexLock lock(&mailbox_.mutex);
    mailbox_.writing = true;
  }
  StartWrite(&outgoing_);
}

void AgentSession::HalfClose() { StartWritesDone(); }

void AgentSession::Release() {
  if (std::exchange(released_, true)) return;
  RemoveHold();
}

void AgentSession::Cancel() { context_.TryCancel(); }

void AgentSession::OnReadDone(bool ok) {
  {
    const absl::MutexLock lock(&mailbox_.mutex);
    // Level-triggered: an older desired state that nobody looked at is void.
    if (ok) mailbox_.desired = incoming_;
    if (!ok) mailbox_.broken = true;
    mailbox_.changed.SignalAll();
  }
  if (ok) StartRead(&incoming_);
}

void AgentSession::OnWriteDone(bool ok) {
  const absl::MutexLock lock(&mailbox_.mutex);
  mailbox_.writing = false;
  if (!ok) mailbox_.broken = true;
  mailbox_.changed.SignalAll();
}

void AgentSession::OnDone(const grpc::Status& status) {
  AgentMailbox& mailbox = mailbox_;  // The session may be gone once `done` is seen.
  const absl::MutexLock lock(&mailbox.mutex);
  mailbox.status = status;
  mailbox.done = true;
  mailbox.changed.SignalAll();
}

}  // namespace motzkin::worker
