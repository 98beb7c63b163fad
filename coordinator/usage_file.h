// Writes down the CPU time of this process, for `./dev up --json`.
#pragma once

#include <absl/status/status.h>

#include <string>

namespace motzkin::coordinator {

// Writes DIRECTORY/usage.json, {"cpu_seconds": N}: the user and system time of this process without
// the private Postgres. UNAVAILABLE: the file cannot be written.
absl::Status WriteUsageFile(const std::string& directory);

}  // namespace motzkin::coordinator
