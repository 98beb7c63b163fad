// The loop's end of one worker's stream. In both directions only the newest of several waiting
// states is kept, because a state says everything. So a slow peer costs one message of memory.
//
// worker_service.cc implements it. The loop may call Send() and Finish() at any time; they do
// nothing once the stream has ended. Thread-safe.
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
  // gRPC's name of the worker's address, such as "ipv4:127.0.0.1:40312".
  virtual const std::string& peer() const = 0;
};

}  // namespace motzkin::coordinator
