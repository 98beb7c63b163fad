#include "coordinator/service/call_watch.h"

#include <grpcpp/server_context.h>

#include <limits>
#include <optional>
#include <utility>

namespace motzkin::coordinator {
namespace {

// A worker has a connection for its stream and one for its submissions. Both may be there twice for
// some seconds, until a dead peer's is noticed.
constexpr size_t kOfWorkerMax = 4;
// All commands on one machine have the same certificate.
constexpr size_t kOfOperatorMax = 32;

// gRPC makes it when a call begins, and deletes it when the call has ended.
class CallWatch final : public grpc::experimental::Interceptor {
 public:
  CallWatch(Gatekeeper& gatekeeper, std::optional<identity::Identity> holder)
      : gatekeeper_(gatekeeper), holder_(std::move(holder)) {
    if (holder_.has_value()) gatekeeper_.Begin(*holder_);
  }
  ~CallWatch() override {
    if (holder_.has_value()) gatekeeper_.End(*holder_);
  }

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    methods->Proceed();
  }

 private:
  Gatekeeper& gatekeeper_;
  const std::optional<identity::Identity> holder_;
};

}  // namespace

grpc::experimental::Interceptor* CallWatchFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  grpc::ServerContextBase& context = *info->server_context();
  std::optional<identity::Identity> holder;
  if (!gatekeeper_.asks()) {
    // A caller cannot say who he is, so all who make calls are members.
    connections_.Welcome(context.peer(), "anybody", std::numeric_limits<size_t>::max());
  } else if (const auto caller = gatekeeper_.Caller(*context.auth_context()); caller.has_value()) {
    holder = caller->holder;
    const bool worker = caller->holder.role == identity::Role::kWorker;
    connections_.Welcome(context.peer(), identity::ToText(caller->holder),
                         worker ? kOfWorkerMax : kOfOperatorMax);
  }
  return new CallWatch(gatekeeper_, std::move(holder));
}

}  // namespace motzkin::coordinator
