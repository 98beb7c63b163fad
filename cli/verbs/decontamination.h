// Reads the file of `export --decontaminate`, the functions that a dataset must not hold.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "dataset/export_options.h"

namespace motzkin::cli {

// The file is JSONL. Each line is an object with a string "integrand", in any notation that the CLI
// reads; other keys are ignored.
//
// INVALID_ARGUMENT: there is no such file, or a line cannot be read ("FILE:7: ..."). Such a line is
// an error, because skipping it would leave its function in the dataset.
absl::StatusOr<dataset::FunctionSet> ReadFunctionSet(const std::string& path);

}  // namespace motzkin::cli
