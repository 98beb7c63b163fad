// The exit codes of `motzkin`, the same for every verb. README and `motzkin --help` list them.
#pragma once

#include <absl/status/status.h>

namespace motzkin::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,      // anything not below
  kExitUsage = 2,        // flags, files or expressions that make no sense
  kExitUnreachable = 3,  // no coordinator there, or its Postgres is away
  kExitNotFound = 4,     // no such job, worker, function or preset
  kExitRefused = 5,      // not in that state, or the name is taken
  kExitNoIntegral = 6,   // `integrate`: the ladder found no verified integral
};

ExitCode ExitCodeFor(const absl::Status& status);

}  // namespace motzkin::cli
