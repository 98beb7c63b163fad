// Statistics and reports as JSON: of `motzkin stats --json`, `motzkin export --json` and an
// export's own export.json. docs/dataset.md lists the keys. Thread-safe.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "dataset/export.h"
#include "dataset/statistics.h"

namespace motzkin::dataset {

using Json = nlohmann::ordered_json;

Json ToJson(const Statistics& statistics, const std::map<int, std::string>& engines);

// Indented, with a newline at the end. Says nothing of when or where it was made: equal exports
// have equal reports.
std::string ReportJson(const ExportReport& report, const ExportOptions& options);

}  // namespace motzkin::dataset
