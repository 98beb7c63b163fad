// What this process cost, for `./dev up --json`.
#pragma once

#include <absl/status/status.h>

#include <string>

namespace motzkin::coordinator {

// DIRECTORY/usage.json: {"cpu_seconds": user and system time of this process, without Postgres}.
absl::Status WriteUsageFile(const std::string& directory);

}  // namespace motzkin::coordinator
