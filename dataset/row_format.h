// One line of an export for one row.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/expression/expression.h"
#include "dataset/row.h"

namespace motzkin::dataset {

enum class FileFormat { kJsonl, kCsv, kLampleCharton };
// How jsonl and csv write integrand and integral.
enum class Notation { kPrefix, kInfix, kLatex, kSympy };

// A column of jsonl and csv, for the card.
struct Column {
  std::string_view name;
  std::string_view type;  // in the words of Hugging Face datasets: int64, string, bool
  std::string_view meaning;
};
const std::vector<Column>& Columns();

// Thread-compatible.
class RowFormat {
 public:
  RowFormat(FileFormat format, Notation notation) : format_(format), notation_(notation) {}

  // What a file begins with; empty or a line.
  std::string Header() const;

  // A line with its newline. `drawn`: how often the function occurs in the range. Nothing when the
  // format has no words for the row: lample-charton for what has no integral or holds functions
  // that its vocabulary lacks, a notation for functions that it has no name for. DATA_LOSS: the
  // stored tokens cannot be read.
  absl::StatusOr<std::optional<std::string>> Line(const Row& row, bool label, int64_t drawn);

 private:
  absl::StatusOr<std::optional<std::string>> Rendered(std::string_view prefix);
  absl::StatusOr<std::optional<std::string>> Pair(const Row& row, int64_t drawn);

  const FileFormat format_;
  const Notation notation_;
  expression::Pool pool_;
};

}  // namespace motzkin::dataset
