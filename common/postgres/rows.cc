#include "common/postgres/rows.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/hex.h"

namespace motzkin::postgres {

// Searches name by name. Few statements have ten columns, and a comparison costs nothing beside
// turning a text into a value.
const std::optional<std::string>& Row::Cell(std::string_view column) const {
  const std::vector<std::string>& columns = rows_->columns_;
  const auto found = std::find(columns.begin(), columns.end(), column);
  if (found == columns.end()) {
    CheckFailed(__FILE__, __LINE__, ("no column " + std::string(column)).c_str());
  }
  return rows_->cells_[row_ * columns.size() + static_cast<size_t>(found - columns.begin())];
}

bool Row::IsNull(std::string_view column) const { return !Cell(column).has_value(); }

const std::string& Row::Text(std::string_view column) const {
  const std::optional<std::string>& cell = Cell(column);
  MOTZKIN_CHECK(cell.has_value());
  return *cell;
}

int64_t Row::Int(std::string_view column) const {
  int64_t value = 0;
  // The statement is ours and Postgres knows its types, so another text here is our own mistake.
  MOTZKIN_CHECK(absl::SimpleAtoi(Text(column), &value));
  return value;
}

int32_t Row::Int32(std::string_view column) const {
  int32_t value = 0;
  MOTZKIN_CHECK(absl::SimpleAtoi(Text(column), &value));
  return value;
}

double Row::Real(std::string_view column) const {
  double value = 0;
  MOTZKIN_CHECK(absl::SimpleAtod(Text(column), &value));
  return value;
}

bool Row::Bool(std::string_view column) const {
  const std::string& text = Text(column);
  MOTZKIN_CHECK(text == "t" || text == "f");
  return text == "t";
}

std::string Row::Bytes(std::string_view column) const {
  const std::string& text = Text(column);
  MOTZKIN_CHECK(text.starts_with("\\x"));
  return BytesOfHex(absl::string_view(text).substr(2));
}

std::vector<int64_t> Row::IntArray(std::string_view column) const {
  // No array of ours holds NULL, so each element is a number.
  const std::string& text = Text(column);
  MOTZKIN_CHECK(text.starts_with('{') && text.ends_with('}'));
  std::vector<int64_t> values;
  for (const absl::string_view piece :
       absl::StrSplit(text.substr(1, text.size() - 2), ',', absl::SkipEmpty())) {
    int64_t value = 0;
    MOTZKIN_CHECK(absl::SimpleAtoi(piece, &value));
    values.push_back(value);
  }
  return values;
}

Rows::Rows(std::vector<std::string> columns, std::vector<std::optional<std::string>> cells,
           int64_t affected)
    : columns_(std::move(columns)), cells_(std::move(cells)), affected_(affected) {}

Row Rows::operator[](size_t row) const {
  MOTZKIN_CHECK(row < size());
  return {*this, row};
}

}  // namespace motzkin::postgres
