// Tells the user that a verb failed.
#pragma once

#include <absl/status/status.h>

namespace motzkin::cli {

// Prints "motzkin: message" to stderr and returns the exit code for `status`.
int Report(const absl::Status& status);

}  // namespace motzkin::cli
