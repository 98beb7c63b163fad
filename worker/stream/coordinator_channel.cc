#include "worker/stream/coordinator_channel.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <grpc/grpc.h>
#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

namespace motzkin::worker {

std::shared_ptr<grpc::Channel> NewCoordinatorChannel(const std::string& address) {
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
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::string DescribeProblem(const std::string& grpc_message) {
  if (absl::StrContains(grpc_message, "omain name not found") ||
      absl::StrContains(grpc_message, "DNS resolution failed")) {
    return "host not found";
  }
  // gRPC chains the causes. The last one is the system's own: "...: Connection refused".
  const size_t last = grpc_message.rfind(": ");
  std::string cause = last == std::string::npos ? grpc_message : grpc_message.substr(last + 2);
  if (cause.empty()) return "no reason given";
  cause[0] = absl::ascii_tolower(static_cast<unsigned char>(cause[0]));
  return cause;
}

}  // namespace motzkin::worker
