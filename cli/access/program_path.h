// Where the programs are that a verb runs.
#pragma once

#include <absl/status/statusor.h>

#include <string>

namespace motzkin::cli {

// `given`, the value of `flag`, or, if that is empty, the program of this name beside this one.
// NOT_FOUND: nothing to run there.
absl::StatusOr<std::string> ProgramPath(const std::string& name, const std::string& given,
                                        const std::string& flag);

// The program `coordinator`, for verbs that have it work on a data directory.
inline absl::StatusOr<std::string> CoordinatorBinary(const std::string& given) {
  return ProgramPath("coordinator", given, "--coordinator-binary");
}

}  // namespace motzkin::cli
