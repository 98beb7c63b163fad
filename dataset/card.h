// The README.md of an export: what is in it, how it was made, what to keep in mind. Its head is the
// YAML by which Hugging Face's load_dataset() finds the files.
//
// What it says of conventions and of deviations from published generators is cut out of
// docs/dataset.md and docs/generators.md when this is built, so there is one text. Pure.
// Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "dataset/export.h"
#include "dataset/plots.h"

namespace motzkin::dataset {

std::string Card(const ExportReport& report, const ExportOptions& options,
                 const std::vector<Plot>& plots);

}  // namespace motzkin::dataset
