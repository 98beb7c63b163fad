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
  // Writes begin outside of gRPC's callbacks, and without a hold gRPC might call OnDone() between
  // two of them, while Send() still uses the call.
  AddHold();
  StartRead(&incoming_);
  StartCall();
}

void AgentSession::Send(v1::WorkerState state) {
  outgoing_ = std::move(state);
  {
    const absl::MutexLock lock(&mailbox_.mutex);
    // This is set first, because OnWriteDone() may clear it before StartWrite() returns.
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
    // The stream is level-triggered: a newer state replaces one that the agent has not taken yet.
    if (ok) mailbox_.desired = incoming_;
    if (!ok) mailbox_.broken = true;
    mailbox_.changed.SignalAll();
  }
  // The read fills incoming_ again, so it begins only after the copy.
  if (ok) StartRead(&incoming_);
}

void AgentSession::OnWriteDone(bool ok) {
  const absl::MutexLock lock(&mailbox_.mutex);
  mailbox_.writing = false;
  if (!ok) mailbox_.broken = true;
  mailbox_.changed.SignalAll();
}

void AgentSession::OnDone(const grpc::Status& status) {
  // The agent destroys the session as soon as it sees `done`, which may be before the lock below is
  // released. So the lock must not be reached through `this`.
  AgentMailbox& mailbox = mailbox_;
  const absl::MutexLock lock(&mailbox.mutex);
  mailbox.status = status;
  mailbox.done = true;
  mailbox.changed.SignalAll();
}

}  // namespace motzkin::worker
