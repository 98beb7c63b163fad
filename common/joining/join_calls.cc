#include "common/joining/join_calls.h"

#include <grpc/grpc.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>

#include "motzkin/v1/join_service.grpc.pb.h"

namespace motzkin::joining {
namespace {

constexpr std::chrono::seconds kCallMax{10};

using Stub = v1::JoinService::Stub;

template <typename Request, typename Response>
absl::StatusOr<Response> Call(const std::shared_ptr<grpc::Channel>& channel,
                              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                           Response*),
                              const Request& request) {
  const std::unique_ptr<Stub> stub = v1::JoinService::NewStub(channel);
  grpc::ClientContext context;
  // gRPC turns this into a monotonic time when the call begins.
  context.set_deadline(std::chrono::system_clock::now() + kCallMax);
  Response response;
  const grpc::Status status = ((*stub).*method)(&context, request, &response);
  if (status.ok()) return response;
  // The codes of gRPC and absl have the same numbers.
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

std::shared_ptr<grpc::Channel> NewChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  // Without pings an idle stream notices lost packets only after 90 s and more; with these it takes
  // about 7 s.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 3'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  // Otherwise channels with equal arguments share a connection, even a broken one.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // The coordinator is a machine at home; a proxy in the environment leads away from it.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

absl::StatusOr<v1::HelloResponse> Hello(const std::shared_ptr<grpc::Channel>& channel) {
  return Call(channel, &Stub::Hello, v1::HelloRequest());
}

absl::StatusOr<v1::JoinResponse> Join(const std::shared_ptr<grpc::Channel>& channel,
                                      const v1::JoinRequest& request) {
  return Call(channel, &Stub::Join, request);
}

absl::StatusOr<v1::RedeemResponse> Redeem(const std::shared_ptr<grpc::Channel>& channel,
                                          const v1::RedeemRequest& request) {
  return Call(channel, &Stub::Redeem, request);
}

}  // namespace motzkin::joining
