// Reads a secret that a person types, or that a script passes on.
//
// Thread-compatible: the terminal belongs to the process.
#pragma once

#include <absl/status/statusor.h>

#include <string>

namespace motzkin::cli {

// Reads one line of standard input, without its end. On a terminal it asks with `prompt` before, on
// stderr, and what is typed is not shown. INVALID_ARGUMENT: there is no line, or it has more than
// 4,096 bytes. CANCELLED: the person pressed Ctrl-C.
absl::StatusOr<std::string> ReadSecretLine(const std::string& prompt);

// Whether a person types standard input.
bool IsTyped();

}  // namespace motzkin::cli
