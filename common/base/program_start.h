// What every program of ours does first, so that odd surroundings cannot make it lose anything.
#pragma once

#include <filesystem>

namespace motzkin {

// Puts /dev/null where a standard stream is closed (`motzkin status 2>&-`, some supervisors): the
// next file or socket would be that stream, and what is printed would go into a lock file or a
// connection. Writing to such a standard output fails, so that whoever has a result to print can
// tell.
//
// From then on a write beyond the limit of a file's size (`ulimit -f`) fails with its reason, where
// it would have killed the process. First thing in main(): no thread may run.
void PrepareProgram();

// Where the running program is: our programs look for each other beside themselves. /usr/bin if the
// system does not say.
std::filesystem::path OwnDirectory();

}  // namespace motzkin
