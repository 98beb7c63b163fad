// The file of `export --decontaminate`: functions that a dataset must not hold.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "dataset/export_options.h"

namespace motzkin::cli {

// JSONL; a line is an object with a string "integrand", in any notation that the CLI reads. What
// else it holds does not matter.
//
// INVALID_ARGUMENT: no such file, or a line that cannot be read, "FILE:7: ..."; leaving it out
// silently would leave its function in the dataset.
absl::StatusOr<dataset::FunctionSet> ReadFunctionSet(const std::string& path);

}  // namespace motzkin::cli
