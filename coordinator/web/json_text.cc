#include "coordinator/web/json_text.h"

#include <google/protobuf/util/json_util.h>

#include "common/base/one_line.h"
#include "common/words/printable_message.h"

namespace motzkin::coordinator::web {

// dump() throws at bytes that are no UTF-8 unless it may replace them.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

absl::StatusOr<std::string> MessageJson(google::protobuf::Message& message) {
  MakePrintable(message);
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto written = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!written.ok()) return absl::InternalError(std::string(written.message()));
  return json;
}

absl::Status ReadMessage(const std::string& json, google::protobuf::Message& message) {
  const auto read = google::protobuf::util::JsonStringToMessage(json, &message);
  if (read.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(OneLine(std::string(read.message())));
}

std::string ErrorJson(const absl::Status& status) {
  return Dump({{"error",
                {{"code", absl::StatusCodeToString(status.code())},
                 {"message", OneLine(std::string(status.message()))}}}});
}

}  // namespace motzkin::coordinator::web
