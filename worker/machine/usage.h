// What a worker used up, left in its state directory at a clean exit for whoever started it.
#pragma once

#include <absl/status/status.h>

#include <filesystem>

#include "worker/machine/tally.h"

namespace motzkin::worker {

// Writes STATE_DIR/usage.json: {"cpu_seconds", "cas_seconds", "verifier_seconds", "functions",
// "outcomes": {...}}. cpu_seconds: this process and all that it and its children reaped.
absl::Status WriteUsage(const std::filesystem::path& state_directory, const Totals& totals);

}  // namespace motzkin::worker
