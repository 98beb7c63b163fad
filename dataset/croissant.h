// Describes an export to programs that load, find and review datasets, in Croissant
// (http://mlcommons.org/croissant/1.0) with its responsible-AI fields
// (http://mlcommons.org/croissant/RAI/1.0). Thread-safe.
#pragma once

#include <string>

#include "dataset/export.h"

namespace motzkin::dataset {

// Returns croissant.json: the files with their digests and, for formats with columns, a record set
// for each split. License, creators and URL are in it if `options` has them, because only the
// publisher knows.
std::string Croissant(const ExportReport& report, const ExportOptions& options);

}  // namespace motzkin::dataset
