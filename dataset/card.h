// Writes the README.md of an export: its content, how it was made, and what its users must keep in
// mind. It begins with the YAML by which Hugging Face's load_dataset() finds the files.
//
// The parts about conventions and about deviations from published generators are cut out of
// docs/dataset.md and docs/generators.md, which are embedded in the program, so there is only one
// text. Pure. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "dataset/export.h"
#include "dataset/plots.h"

namespace motzkin::dataset {

// `plots` are the files below plots/ that the card shows, in this order.
std::string Card(const ExportReport& report, const ExportOptions& options,
                 const std::vector<Plot>& plots);

}  // namespace motzkin::dataset
