// Messages as gRPC receives and sends them, for methods whose requests are looked at before they are
// parsed (wire_bounds.h).
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

namespace motzkin::coordinator {

// INVALID_ARGUMENT: the bytes are not such a message. RESOURCE_EXHAUSTED: see CheckFields().
absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

grpc::ByteBuffer Serialize(const google::protobuf::Message& message);

}  // namespace motzkin::coordinator
