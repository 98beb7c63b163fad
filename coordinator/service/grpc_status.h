// Translates an absl::Status into gRPC's, which has the same codes. Messages go into headers, logs
// and terminals, and may quote text from the network: they become one line of bounded length.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <algorithm>
#include <string>

#include "common/base/utf8.h"

namespace motzkin::coordinator {

// gRPC drops headers over 8 KiB, and escaping may triple a message.
inline constexpr size_t kStatusBytesMax = 2'000;

inline grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kStatusBytesMax) {
    message = std::string(BeginningOf(message, kStatusBytesMax)) + " ...";
  }
  std::replace_if(
      message.begin(), message.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return {static_cast<grpc::StatusCode>(status.code()), message};
}

}  // namespace motzkin::coordinator
