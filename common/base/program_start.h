// The first thing that every program of ours does, so that it loses nothing in odd surroundings.
#pragma once

#include <filesystem>

namespace motzkin {

// Puts /dev/null where a standard stream is closed (`motzkin status 2>&-`, some supervisors).
// Otherwise the next file or socket would get that number, and printed text would go into a lock
// file or a connection. Writing to such a standard output fails, so a program notices that its
// result went nowhere.
//
// It also makes a write beyond the size limit of files (`ulimit -f`) fail with its reason; the
// default is that the signal kills the process. And it lets no umask make our files writable for
// others. Call it first in main(), before any thread starts.
void PrepareProgram();

// Prepares gRPC in a program that connects or serves: it prints nothing by itself, as it returns its
// errors as a status, it speaks TLS 1.3 alone, and host names are resolved as the rest of the system
// does. gRPC's own resolver asks DNS servers alone, so it does not find `raspberrypi.local`, which
// Avahi knows. GRPC_VERBOSITY and GRPC_DNS_RESOLVER of the environment win. Call it before any thread
// starts.
void PrepareGrpc();

// Where the running program is: our programs look for each other beside themselves. /usr/bin if the
// system does not say.
std::filesystem::path OwnDirectory();

}  // namespace motzkin
