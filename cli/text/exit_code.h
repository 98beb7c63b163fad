// The exit codes of `motzkin`, the same for every verb. README and `motzkin --help` list them.
#pragma once

#include <absl/status/status.h>

namespace motzkin::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,      // the verb failed in a way that is not listed here
  kExitUsage = 2,        // a flag, a file or an expression makes no sense
  kExitUnreachable = 3,  // no coordinator answers, or its Postgres is away
  kExitNotFound = 4,     // there is no such job, worker, function or preset
  kExitRefused = 5,      // the state does not allow it, or the name is taken
  kExitNoIntegral = 6,   // `integrate` found no verified integral
  kExitNotAllowed = 7,   // the coordinator does not know this user, or does not allow him this
};

// Returns the exit code for the outcome of a verb; kExitNoIntegral is never returned.
ExitCode ExitCodeFor(const absl::Status& status);

}  // namespace motzkin::cli
