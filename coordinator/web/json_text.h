// JSON as the page reads it.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <string>

namespace motzkin::coordinator::web {

using Json = nlohmann::ordered_json;

// Returns one line. Bytes that are no UTF-8, such as those of an engine's message, are replaced.
std::string Dump(const Json& json);

// Writes a message in protobuf's mapping, with the names of the proto, after it was made printable.
absl::StatusOr<std::string> MessageJson(google::protobuf::Message& message);

// Reads a message. INVALID_ARGUMENT: the text is none of this type, or has a field that it lacks.
absl::Status ReadMessage(const std::string& json, google::protobuf::Message& message);

// Returns {"error": {"code": "NOT_FOUND", "message": "..."}}.
std::string ErrorJson(const absl::Status& status);

}  // namespace motzkin::coordinator::web
