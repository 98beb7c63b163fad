// Where the files of a private server lie. Thread-safe.
#pragma once

#include <string>

namespace motzkin::coordinator {

// Returns the place of the cluster of a coordinator's data directory: `postgres` in it, or what that
// links to, whether or not it is there. It has no slash at its end.
std::string PlaceOfCluster(const std::string& directory);

}  // namespace motzkin::coordinator
