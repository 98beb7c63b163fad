// The formats of an export. A FileFormat holds everything that differs between them, so a new
// format is one new object.
#pragma once

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/expression/expression.h"
#include "dataset/columns.h"
#include "dataset/row.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::dataset {

struct ExportOptions;
struct ExportReport;

// A row that is to become a line, with everything that a format needs for that.
struct LineSource {
  const Row& row;
  bool label;
  const ExportOptions& options;
  const EngineNames& engines;
  // Scratch space, which is cleared.
  expression::Pool& pool;
  // Returns how often the function occurs in the range. It costs a query, so it is called only for
  // rows with an integral.
  absl::FunctionRef<absl::StatusOr<int64_t>()> drawn;
};

// Immutable.
struct FileFormat {
  // The name of the format on the command line.
  std::string_view word;
  // The rows of a file, unless the user says otherwise. 0: one file for each split.
  int64_t shard_rows;
  // Whether the format has rows for functions without an integral.
  bool holds_negatives;

  // The names of files are the stem, the split with a number, and the extension. A stem "data/"
  // puts the files into that folder.
  std::string (*stem)(v1::Kind kind);
  std::string_view extension;
  std::string_view media_type;
  // Whether its rows have Columns(), and whether a value can be a list; if not, a list is JSON text.
  bool has_columns;
  bool has_lists;
  // Returns the beginning of a file, which is a line or empty.
  std::string (*header)(const ExportOptions& options);
  // INVALID_ARGUMENT: the options make no sense in this format.
  absl::Status (*check)(const ExportOptions& options);
  // Returns a line with its newline. Returns nothing if the format cannot express the row: the
  // notation has no name for a function, or the vocabulary of Lample and Charton lacks it.
  // DATA_LOSS: the stored tokens cannot be read.
  absl::StatusOr<std::optional<std::string>> (*line)(const LineSource& source);

  // These make parts of the card: the YAML for load_dataset(), a few words about the rows, how to
  // load the files, and the section about columns. They are empty if there is nothing to say.
  std::string (*yaml)(const ExportReport& report, const ExportOptions& options);
  std::string_view rows;
  std::string (*loading)(const ExportReport& report);
  std::string (*columns)(const ExportOptions& options);
};

extern const FileFormat kJsonl;
extern const FileFormat kCsv;
// Holds functions with their integrals, in files that the published code of Lample and Charton
// reads: https://github.com/facebookresearch/SymbolicMathematics
extern const FileFormat kLampleCharton;

}  // namespace motzkin::dataset
