// A server that a killed coordinator left behind.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>
#include <sys/types.h>

#include <string>

namespace motzkin::coordinator {

// The process of the server that runs on `data_directory`, by its postmaster.pid; 0: none does. The
// number alone proves nothing after a reboot, so the process must also work in that directory, as
// servers do.
pid_t RunningServer(const std::string& data_directory);

// Ends it with a fast shutdown, after `patience` with an immediate one. OK when none runs (any
// more). FAILED_PRECONDITION: it does not end.
absl::Status StopLeftoverServer(const std::string& data_directory, absl::Duration patience);

}  // namespace motzkin::coordinator
