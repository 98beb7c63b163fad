// The formats of an export: what differs between them, one FileFormat each.
#pragma once

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/expression/expression.h"
#include "common/expression/printer.h"
#include "dataset/row.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::dataset {

struct ExportOptions;
struct ExportReport;

// A column of jsonl and csv, for the card.
struct Column {
  std::string_view name;
  std::string_view type;  // in the words of Hugging Face datasets: int64, string, bool
  std::string_view meaning;
};
const std::vector<Column>& Columns();

// A row that is to become a line.
struct LineSource {
  const Row& row;
  bool label;
  expression::Format notation;
  // Is cleared.
  expression::Pool& pool;
  // How often the function occurs in the range; only asked for a row with an integral.
  absl::FunctionRef<absl::StatusOr<int64_t>()> drawn;
};

// Immutable.
struct FileFormat {
  // As typed on the command line.
  std::string_view word;
  // Rows of a file unless the user says otherwise; 0: one file a split.
  int64_t shard_rows;
  // It has rows without an integral, which say so.
  bool holds_negatives;

  // Files are called STEM, split and number, EXTENSION. A stem "data/" puts them into that folder.
  std::string (*stem)(v1::Kind kind);
  std::string_view extension;
  // What a file begins with; empty or a line.
  std::string (*header)();
  // INVALID_ARGUMENT: options that make no sense in this format.
  absl::Status (*check)(const ExportOptions& options);
  // A line with its newline. Nothing when the format has no words for the row: a notation has no name
  // for a function, or Lample and Charton's vocabulary lacks one. DATA_LOSS: the stored tokens cannot
  // be read.
  absl::StatusOr<std::optional<std::string>> (*line)(const LineSource& source);

  // Of the card: YAML for load_dataset(), what the rows are in a few words, how to load the files,
  // and the section about columns. Empty where there is nothing to say.
  std::string (*yaml)(const ExportReport& report);
  std::string_view rows;
  std::string (*loading)(const ExportReport& report);
  std::string (*columns)(const ExportOptions& options);
};

extern const FileFormat kJsonl;
extern const FileFormat kCsv;
// Functions with their integrals, in the files that the published code of Lample and Charton reads:
// https://github.com/facebookresearch/SymbolicMathematics
extern const FileFormat kLampleCharton;

}  // namespace motzkin::dataset
