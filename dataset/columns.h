// The columns of the formats that have columns, jsonl and csv: their names, types, meanings and values.
// Immutable. Thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/row.h"

namespace motzkin::dataset {

// A row with everything that its values need. The references must outlive it.
struct RowSource {
  const Row& row;
  bool label;
  // In the notation of the export; empty without an integral.
  const std::string& integrand;
  const std::string& integral;
  const EngineNames& engines;
};

struct Column {
  std::string_view name;
  std::string_view type;  // in the words of Hugging Face datasets: int64, float64, string, bool
  bool list;              // whether a value is a list of that type
  std::string_view meaning;
  // A row that is labelled false gives nothing of an answer: it may have one that does not count, and
  // a model must not see it.
  nlohmann::ordered_json (*value)(const RowSource& source);
};

// Returns the columns of an export, which are also those of an export `with_steps` but for the latter's
// last ones: the costs and sizes of a function and the steps of the ladder that it went through.
const std::vector<Column>& Columns(bool with_steps);

}  // namespace motzkin::dataset
