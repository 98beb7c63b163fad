// Writes the tables of a dataset card in Markdown. Pure. Thread-safe.
#pragma once

#include <map>
#include <string>

#include "dataset/export.h"
#include "dataset/statistics.h"

namespace motzkin::dataset {

std::string RowsTable(const ExportReport& report);
std::string ExclusionsTable(const ExportReport& report);
// The data files of a split: one path, or a pattern for several; empty when there are none.
std::string SplitPaths(const ExportReport& report, Split split);
std::string FilesTable(const ExportReport& report);
std::string ColumnsTable(const ExportOptions& options);
std::string OutcomesTable(const Statistics& statistics);
std::string EnginesTable(const Statistics& statistics, const std::map<int, std::string>& engines);
std::string LengthsTable(const Statistics& statistics);
std::string BaselinesText(const ExportReport& report);

// Returns the command that makes the same export.
std::string CommandLine(const ExportReport& report, const ExportOptions& options);

}  // namespace motzkin::dataset
