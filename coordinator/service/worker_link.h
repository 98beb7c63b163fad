// The loop's end of one worker's stream. Both directions are level-triggered: of several states
// that wait only the newest is kept, so a slow peer on either side costs one message of memory.
//
// Implemented by the stream's reactor. The loop calls Send() and Finish() from its thread, at any
// time, also after the stream has ended (they do nothing then). Thread-safe.
#pragma once

#include <absl/status/status.h>

#include "motzkin/v1/worker_service.pb.h"

namespace motzkin::coordinator {

class WorkerLink {
 public:
  virtual ~WorkerLink() = default;
  virtual void Send(v1::DesiredState desired) = 0;
  // Ends the stream once what is being sent is sent.
  virtual void Finish(const absl::Status& status) = 0;
  // "ipv4:127.0.0.1:40312", as gRPC names it.
  virtual const std::string& peer() const = 0;
};

}  // namespace motzkin::coordinator
