// Watches every call of every service from its beginning to its end: tells the connections who makes
// calls on them and which messages have come whole, and the gatekeeper how many calls the holder of a
// certificate has under way. It decides nothing; that is for the gatekeeper and the connections.
//
// Thread-safe. gRPC owns the factory and makes one watch a call.
#pragma once

#include <grpcpp/support/server_interceptor.h>

#include <memory>

#include "coordinator/service/connections.h"
#include "coordinator/service/gatekeeper.h"

namespace motzkin::coordinator {

class CallWatchFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // Both must outlive the server.
  CallWatchFactory(Gatekeeper& gatekeeper, Connections& connections)
      : gatekeeper_(gatekeeper), connections_(connections) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override;

 private:
  Gatekeeper& gatekeeper_;
  Connections& connections_;
};

}  // namespace motzkin::coordinator
