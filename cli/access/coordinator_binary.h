// Where the program `coordinator` is, for verbs that have it work on a data directory.
#pragma once

#include <absl/status/statusor.h>

#include <string>

namespace motzkin::cli {

// `given`, or, if that is empty, the one beside this program. NOT_FOUND: nothing to run there.
absl::StatusOr<std::string> CoordinatorBinary(const std::string& given);

}  // namespace motzkin::cli
