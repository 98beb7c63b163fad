#include "worker/stream/problem.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

namespace motzkin::worker {

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
