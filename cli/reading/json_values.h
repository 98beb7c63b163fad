// Finds JSON values in a text without reading them, so that a file of any size can be read value by
// value. Depth and length are bounded, because the parser of a value needs memory in proportion.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "cli/reading/byte_source.h"
#include "cli/text/json.h"

namespace motzkin::cli {

// The deepest nesting of a value. A function's object has two levels.
inline constexpr int kJsonDepthMax = 100;

// Takes the value that begins with the next byte, which is no space. INVALID_ARGUMENT: it never ends,
// or a bracket closes nothing. RESOURCE_EXHAUSTED: it is deeper than kJsonDepthMax or longer than
// `bytes_max`. After an error the place of the next value is unknown.
absl::StatusOr<std::string> TakeJsonText(ByteSource& source, size_t bytes_max);

// Parses one value. INVALID_ARGUMENT: it is not JSON. RESOURCE_EXHAUSTED: it is too deep.
absl::StatusOr<Json> ParseJson(std::string_view text);

// Returns where the value of the member `key` of the object in `text` begins; npos if there is none.
// `text` must be an object that ParseJson() accepts.
size_t FindMember(std::string_view text, std::string_view key);

}  // namespace motzkin::cli
