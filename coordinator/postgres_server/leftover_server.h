// Finds and stops a server that a killed coordinator left behind.
#pragma once

#include <absl/status/status.h>
#include <absl/time/time.h>
#include <sys/types.h>

#include <string>

namespace motzkin::coordinator {

// Returns the process of the server that runs on `data_directory`, as its postmaster.pid says; 0 if
// none does. The number alone proves nothing, as another process may have it after a reboot. So the
// process must also have that directory as its working directory, as servers do.
pid_t RunningServer(const std::string& data_directory);

// Ends that server with a fast shutdown and, if it still runs after `patience`, with an immediate
// one, which gets as much time again. OK if no server runs (any more). FAILED_PRECONDITION: the
// server does not end.
absl::Status StopLeftoverServer(const std::string& data_directory, absl::Duration patience);

}  // namespace motzkin::coordinator
