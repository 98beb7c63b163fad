// Leaves what a worker used up in its state directory, at a clean exit, for the script or user that
// started it.
#pragma once

#include <absl/status/status.h>

#include <filesystem>

#include "worker/machine/tally.h"

namespace motzkin::worker {

// Writes STATE_DIR/usage.json: {"cpu_seconds", "cas_seconds", "verifier_seconds", "functions",
// "outcomes": {...}}. cpu_seconds is the time of this process and of all that it and its children
// reaped. Call it when the integrators have ended: it reaps all children that are left.
absl::Status WriteUsage(const std::filesystem::path& state_directory, const Totals& totals);

}  // namespace motzkin::worker
