// Reads back the directory that `motzkin export` wrote in the formats jsonl and csv.
//
// Thread-safe in distinct pools.
#pragma once

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/expression/expression.h"
#include "common/expression/printer.h"
#include "dataset/row.h"

namespace motzkin::classifier {

struct ExportedFile {
  std::filesystem::path path;  // with the directory
  dataset::Split split = dataset::Split::kTrain;
  int64_t rows = 0;  // as export.json says
};

// The facts of export.json on which a model depends. Texts are printable.
struct ExportDescription {
  std::string job;
  std::string job_uuid;
  std::string spec_digest;
  std::string preset;  // empty: the job had none, or an older motzkin wrote the export
  std::string answers;
  std::string balance;
  int64_t generator_version = 0;
  int64_t skeleton_version = 0;
  bool csv = false;
  expression::Format notation = expression::Format::kPrefix;
  std::vector<ExportedFile> files;
};

// Errors:
//   NOT_FOUND         there is no export.json in `directory`
//   INVALID_ARGUMENT  it does not describe an export, or one of a format without labels
absl::StatusOr<ExportDescription> DescribeExport(const std::filesystem::path& directory);

// A labelled row. `row` has index, integrand (prefix tokens), outcome and split, and nothing else.
struct ExportedRow {
  const dataset::Row& row;
  bool label;
  expression::Expr canonical;  // the integrand's; it lives until the visit is over
};

// Calls `visit` with each row, file by file, and ends with the first status that is not OK.
//
// DATA_LOSS: a file cannot be read, or a line of it does not hold a labelled function; the message
// names file and line.
absl::Status ForEachExportedRow(const ExportDescription& description,
                                absl::FunctionRef<absl::Status(const ExportedRow& row)> visit);

}  // namespace motzkin::classifier
