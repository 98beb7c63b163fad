#include "coordinator/service/later.h"

#include <utility>

#include "coordinator/service/grpc_status.h"

namespace motzkin::coordinator {

grpc::ServerUnaryReactor* Later(TaskQueue& threads, grpc::CallbackServerContext* context,
                                std::function<absl::Status()> verb) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  if (!threads.Add([reactor, verb = std::move(verb)] { reactor->Finish(ToGrpc(verb())); })) {
    reactor->Finish(ToGrpc(absl::UnavailableError("the coordinator is stopping, or very busy")));
  }
  return reactor;
}

}  // namespace motzkin::coordinator
