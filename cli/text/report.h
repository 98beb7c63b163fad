// Tells the user that a verb failed.
#pragma once

#include <absl/status/status.h>

#include <string>
#include <string_view>

namespace motzkin::cli {

// Returns a message as one line, with the lines of Caret() below it, if there are any.
std::string Shown(std::string_view message);

// Prints "motzkin: message" to stderr and returns the exit code for `status`.
int Report(const absl::Status& status);

}  // namespace motzkin::cli
