// Makes the JSON of --json. Fields have the names of the protos, and numbers are numbers.
// Thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::cli {

using Json = nlohmann::ordered_json;

// Returns the time in RFC 3339, in UTC, as all JSON of ours has it.
std::string Utc(const google::protobuf::Timestamp& time);

// Hashes are texts of 16 hexadecimal digits.
Json ToJson(const v1::Job& job);
Json ToJson(const v1::Worker& worker);
Json ToJson(const v1::Result& result);
Json ToJson(const v1::GetStatusResponse& status);

// Prints `json` and a newline to stdout, indented if it is to be pretty. Bytes that are not UTF-8
// become U+FFFD.
void PrintJson(const Json& json, bool pretty = true);

}  // namespace motzkin::cli
