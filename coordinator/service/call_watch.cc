#include "coordinator/service/call_watch.h"

#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

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
  CallWatch(Gatekeeper& gatekeeper, Connections& connections,
            grpc::experimental::ServerRpcInfo& info)
      : gatekeeper_(gatekeeper),
        connections_(connections),
        form_(FormOf(info.method())),
        connection_(Enter(*info.server_context())) {
    if (holder_.has_value()) gatekeeper_.Begin(*holder_);
  }
  ~CallWatch() override {
    if (holder_.has_value()) gatekeeper_.End(*holder_);
  }

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE)) {
      if (const void* message = methods->GetRecvMessage(); message != nullptr) {
        connections_.CountMessage(connection_, BytesOf(message));
      }
    }
    methods->Proceed();
  }

 private:
  // As what a service takes the messages of a method: gRPC says only where they are.
  enum class Form { kMessage, kBytes, kUnknown };

  static Form FormOf(std::string_view method) {
    if (method.starts_with("/motzkin.v1.WorkerService/")) return Form::kBytes;
    // gRPC's own services, such as that of health, take what they like.
    return method.starts_with("/motzkin.v1.") ? Form::kMessage : Form::kUnknown;
  }

  // Tells the connections who calls. Returns the number of the caller's connection.
  uint64_t Enter(const grpc::ServerContextBase& context) {
    if (!gatekeeper_.asks()) {
      // A caller cannot say who he is, so all who make calls are members.
      return connections_.Welcome(context.peer(), "anybody", std::numeric_limits<size_t>::max());
    }
    const auto caller = gatekeeper_.Caller(*context.auth_context());
    if (!caller.has_value()) return 0;
    holder_ = caller->holder;
    const bool worker = caller->holder.role == identity::Role::kWorker;
    return connections_.Welcome(context.peer(), identity::ToText(caller->holder),
                                worker ? kOfWorkerMax : kOfOperatorMax);
  }

  int64_t BytesOf(const void* message) const {
    switch (form_) {
      case Form::kBytes:
        return static_cast<int64_t>(static_cast<const grpc::ByteBuffer*>(message)->Length());
      case Form::kMessage:
        return static_cast<int64_t>(
            static_cast<const google::protobuf::Message*>(message)->ByteSizeLong());
      case Form::kUnknown:
        break;
    }
    return 0;
  }

  Gatekeeper& gatekeeper_;
  Connections& connections_;
  const Form form_;
  std::optional<identity::Identity> holder_;
  const uint64_t connection_;
};

}  // namespace

grpc::experimental::Interceptor* CallWatchFactory::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* info) {
  return new CallWatch(gatekeeper_, connections_, *info);
}

}  // namespace motzkin::coordinator
