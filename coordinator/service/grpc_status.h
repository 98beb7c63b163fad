// absl's status as gRPC's: the codes are the same. Whatever a message quotes of what came in, it is
// one line of bounded length, since it goes into headers, logs and terminals.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <algorithm>
#include <string>

namespace motzkin::coordinator {

inline constexpr size_t kStatusBytesMax = 2'000;  // gRPC drops what exceeds 8 KiB of headers.

inline grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  if (message.size() > kStatusBytesMax) {
    size_t end = kStatusBytesMax;
    while (end > 0 && (message[end] & 0xc0) == 0x80) --end;  // Not within a character.
    message = message.substr(0, end) + " ...";
  }
  std::replace_if(
      message.begin(), message.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return {static_cast<grpc::StatusCode>(status.code()), message};
}

}  // namespace motzkin::coordinator
