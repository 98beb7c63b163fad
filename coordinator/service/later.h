// Calls that wait for the store or the scheduler run on threads of their own, because gRPC's threads
// must not wait.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/grpcpp.h>

#include <functional>

#include "coordinator/service/task_queue.h"

namespace motzkin::coordinator {

// Runs `verb` on one of the threads and finishes the call with its status. gRPC keeps request and
// response until then. The call fails with UNAVAILABLE if too many wait.
grpc::ServerUnaryReactor* Later(TaskQueue& threads, grpc::CallbackServerContext* context,
                                std::function<absl::Status()> verb);

}  // namespace motzkin::coordinator
