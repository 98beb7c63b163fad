// Keeps the stream to the coordinator, on which this worker sends its whole state and receives the
// state that it should have (docs/decisions/0001).
//
// Both states are idempotent, so after a reconnect the next message simply follows. The agent sends
// the state when it changes (at most once in `coalesce`) and at the interval that the coordinator
// asks for. It reconnects for ever, each time with a new connection, after a growing wait and with
// one line in the log. It gives up only when the coordinator says that this process must not go on
// (it is superseded, or its protocol is not served). A worker that is no member of the cluster, or
// no longer, first becomes one; a line in the log says what the owner has to do.
//
// Owns one thread, on which it calls the delegate. Thread-safe. Stop() blocks, is idempotent, and
// is harmless without Start().
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/joining/coordinator_access.h"
#include "motzkin/v1/worker_service.pb.h"
#include "worker/machine/console.h"

namespace motzkin::worker {

struct AgentOptions {
  absl::Duration state_interval = absl::Seconds(5);  // until the coordinator says otherwise
  absl::Duration coalesce = absl::Milliseconds(250);
  // A connection is given up after this time without an answer: to the first state, and later.
  absl::Duration first_answer_max = absl::Seconds(10);
  absl::Duration silence_max = absl::Seconds(15);
  absl::Duration backoff_min = absl::Seconds(1);
  absl::Duration backoff_max = absl::Seconds(5);
};

// The reasons for which a coordinator turns a worker away for good.
enum class Rejection {
  kSuperseded,  // a newer instance of this worker has connected
  kProtocol,    // the coordinator does not serve this worker's protocol
};

class AgentDelegate {
 public:
  virtual ~AgentDelegate() = default;
  // Returns the whole state. It goes into the message with this sequence number.
  virtual v1::WorkerState CurrentState(uint64_t sequence) = 0;
  // Takes up the desired state. Must not block: the next answer waits meanwhile.
  virtual void Apply(const v1::DesiredState& desired) = 0;
  // The coordinator does not want this process, and the agent has ended for good.
  virtual void Rejected(Rejection rejection, const std::string& message) = 0;
};

class Agent {
 public:
  // The references must outlive this.
  Agent(const AgentOptions& options, joining::CoordinatorAccess& access, AgentDelegate& delegate,
        Console& console, const Clock& clock);
  ~Agent();

  void Start();
  // Something has changed that the coordinator should hear soon.
  void NotifyChange();
  // Tries to send one last state and to close the stream politely, for at most `timeout`.
  void Stop(absl::Duration timeout);

  // Whether the present stream has brought an answer.
  bool connected() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::worker
