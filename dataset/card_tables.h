// Writes the tables of a dataset card in Markdown. Pure. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "dataset/export.h"
#include "dataset/statistics.h"

namespace motzkin::dataset {

// Returns `text` such that Markdown shows it as it is. Names of engines come from workers, so one may
// hold HTML or the link of an image.
std::string MarkdownText(std::string_view text);

// Rows and labels by split; rows that were left out, by reason; the data files with their digests.
std::string RowsTable(const ExportReport& report);
std::string ExclusionsTable(const ExportReport& report);
// Says whether the rows were checked again, and which of them failed.
std::string CheckText(const ExportReport& report);
// The data files of a split: one path, or a pattern for several; empty when there are none.
std::string SplitPaths(const ExportReport& report, Split split);
std::string FilesTable(const ExportReport& report);
// The columns of jsonl and csv with their types and meanings.
std::string ColumnsTable(const ExportOptions& options);
// These describe a set of rows. `engines` has the names by number.
std::string OutcomesTable(const Statistics& statistics);
// How often audits found a negative label wrong, by outcome.
std::string FlipsText(const ExportReport& report);
std::string EnginesTable(const Statistics& statistics, const EngineNames& engines);
std::string LengthsTable(const Statistics& statistics);
// A table of the scores of baselines.h, or a sentence if every row has the same label.
std::string BaselinesText(const ExportReport& report);

// Returns the command that makes the same export.
std::string CommandLine(const ExportReport& report, const ExportOptions& options);

}  // namespace motzkin::dataset
