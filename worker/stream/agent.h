// The stream to the coordinator: this worker's whole state out, the desired state in.
//
// Both are idempotent, so a reconnect is just the next message. The agent sends the state on change
// (at most every `coalesce`) and at the interval that the coordinator asks for; reconnects for
// ever, with a new connection, a growing wait and one line a try; and gives up only when the
// coordinator says that this process must not go on (superseded, protocol).
//
// Owns one thread; delegates are called on it. Thread-safe. Stop() blocks, is idempotent, and is
// harmless without Start().
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "motzkin/v1/worker_service.pb.h"
#include "worker/machine/console.h"

namespace motzkin::worker {

inline constexpr uint32_t kProtocolVersion = 1;

struct AgentOptions {
  std::string address;                               // HOST:PORT
  absl::Duration state_interval = absl::Seconds(5);  // Until the coordinator says otherwise.
  absl::Duration coalesce = absl::Milliseconds(250);
  // A connection without any answer for so long is given up: to the first state, and later.
  absl::Duration first_answer_max = absl::Seconds(10);
  absl::Duration silence_max = absl::Seconds(15);
  absl::Duration backoff_min = absl::Seconds(1);
  absl::Duration backoff_max = absl::Seconds(5);
};

enum class Rejection { kSuperseded, kProtocol };

class AgentDelegate {
 public:
  virtual ~AgentDelegate() = default;
  // The whole state. `sequence` is that of the message it goes into.
  virtual v1::WorkerState CurrentState(uint64_t sequence) = 0;
  virtual void Apply(const v1::DesiredState& desired) = 0;
  // The agent has ended for good.
  virtual void Rejected(Rejection rejection, const std::string& message) = 0;
};

class Agent {
 public:
  // All must outlive this.
  Agent(AgentOptions options, AgentDelegate& delegate, Console& console, const Clock& clock);
  ~Agent();

  void Start();
  // Something that the coordinator should hear soon.
  void NotifyChange();
  // Tries to send one last state and to close the stream politely, for at most `timeout`.
  void Stop(absl::Duration timeout);

  // Since the stream last brought an answer and has not ended.
  bool connected() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::worker
