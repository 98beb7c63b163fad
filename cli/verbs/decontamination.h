// Reads the file of `export --decontaminate`, the functions that a dataset must not hold.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "cli/reading/function_item.h"
#include "dataset/export_options.h"

namespace motzkin::cli {

// The file has a format of cli/reading/function_file.h; only its integrands count.
//
// INVALID_ARGUMENT: there is no such file, or a function cannot be read ("FILE:7: ...", with the number
// of them). Such a function is an error, because skipping it would leave it in the dataset.
absl::StatusOr<dataset::FunctionSet> ReadFunctionSet(const std::string& path,
                                                     const ReadingOptions& options);

}  // namespace motzkin::cli
