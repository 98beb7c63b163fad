#include "coordinator/service/raw_message.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <string_view>

#include "common/base/status_macros.h"
#include "coordinator/service/wire_bounds.h"

namespace motzkin::coordinator {

absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  grpc::Slice slice;
  if (!bytes.DumpToSingleSlice(&slice).ok()) return absl::InvalidArgumentError("no message came");
  RETURN_IF_ERROR(
      CheckFields(*message.GetDescriptor(),
                  std::string_view(reinterpret_cast<const char*>(slice.begin()), slice.size())));
  if (message.ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("this is no ", std::string(message.GetDescriptor()->name())));
}

grpc::ByteBuffer Serialize(const google::protobuf::Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

}  // namespace motzkin::coordinator
