// Reads the times at which people want something to end.
//
// Thread-safe.
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <string>

namespace motzkin::cli {

// Reads a time of the day (7:00), which is the next one after `now`, or a day and a time
// (2026-01-31 7:00), in `zone`. INVALID_ARGUMENT: it is neither, or it is over.
absl::StatusOr<absl::Time> ParseUntil(const std::string& text, absl::Time now, absl::TimeZone zone);

}  // namespace motzkin::cli
