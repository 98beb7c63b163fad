// Finds the programs that a verb runs. Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace motzkin::cli {

// Returns the absolute path of `given`, the value of `flag`, or, if that is empty, of the program
// `name` beside this one. NOT_FOUND: there is no program that can be run; the message names the
// flag.
absl::StatusOr<std::string> ProgramPath(const std::string& name, const std::string& given,
                                        const std::string& flag);

// Returns the path of `coordinator`, for verbs that let it work on a data directory.
inline absl::StatusOr<std::string> CoordinatorBinary(const std::string& given) {
  return ProgramPath("coordinator", given, "--coordinator-binary");
}

// Replaces this process by a program and its arguments, with our environment. A name without a
// slash is looked for in PATH. Returns only if that fails, then the status of errno with `failure`.
absl::Status BecomeProgram(std::vector<std::string> command, const std::string& failure);

}  // namespace motzkin::cli
