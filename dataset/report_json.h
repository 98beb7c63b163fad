// Writes statistics and reports as JSON, for `motzkin stats --json`, `motzkin export --json` and
// the export.json of an export. docs/dataset.md lists the keys. Thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "dataset/export.h"
#include "dataset/statistics.h"

namespace motzkin::dataset {

using Json = nlohmann::ordered_json;

Json ToJson(const Statistics& statistics, const EngineNames& engines);

// Returns indented JSON with a newline at the end. It does not say when or where the export was
// made, so that equal exports have equal reports.
std::string ReportJson(const ExportReport& report, const ExportOptions& options);

}  // namespace motzkin::dataset
