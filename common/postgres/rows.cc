#include <absl/strings/numbers.h>
#include <absl/strings/str_split.h>

#include <utility>

#include "common/base/check.h"
#include "common/base/hex.h"
#include "common/postgres/connection.h"

namespace motzkin::postgres {

Rows::Rows(size_t columns, std::vector<std::optional<std::string>> cells, int64_t affected)
    : columns_(columns), cells_(std::move(cells)), affected_(affected) {}

const std::optional<std::string>& Rows::Cell(size_t row, size_t column) const {
  MOTZKIN_CHECK(column < columns_ && row < size());
  return cells_[row * columns_ + column];
}

bool Rows::IsNull(size_t row, size_t column) const { return !Cell(row, column).has_value(); }

const std::string& Rows::Text(size_t row, size_t column) const {
  const std::optional<std::string>& cell = Cell(row, column);
  MOTZKIN_CHECK(cell.has_value());
  return *cell;
}

int64_t Rows::Int(size_t row, size_t column) const {
  int64_t value = 0;
  MOTZKIN_CHECK(absl::SimpleAtoi(Text(row, column), &value));
  return value;
}

double Rows::Real(size_t row, size_t column) const {
  double value = 0;
  MOTZKIN_CHECK(absl::SimpleAtod(Text(row, column), &value));
  return value;
}

bool Rows::Bool(size_t row, size_t column) const {
  const std::string& text = Text(row, column);
  MOTZKIN_CHECK(text == "t" || text == "f");
  return text == "t";
}

std::string Rows::Bytes(size_t row, size_t column) const {
  const std::string& text = Text(row, column);
  MOTZKIN_CHECK(text.starts_with("\\x"));
  return BytesOfHex(absl::string_view(text).substr(2));
}

std::vector<int64_t> Rows::IntArray(size_t row, size_t column) const {
  const std::string& text = Text(row, column);
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

}  // namespace motzkin::postgres
