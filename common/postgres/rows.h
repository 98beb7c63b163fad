// The rows that a statement returned. They are read by the names of their columns, so the order in
// which the statement lists them does not matter.
//
//   for (const Row row : rows) Use(row.Text("integrand"), row.Int("wall_ms"));
//
// To ask for a missing row or column, or to read a NULL or a text as a number, is a bug of ours and
// fails a CHECK, because the statement and its reader are parts of one program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace motzkin::postgres {

class Rows;

// One row of a Rows, which must outlive it. A value; Immutable.
class Row {
 public:
  Row(const Rows& rows, size_t row) : rows_(&rows), row_(row) {}

  bool IsNull(std::string_view column) const;
  const std::string& Text(std::string_view column) const;
  int64_t Int(std::string_view column) const;
  int32_t Int32(std::string_view column) const;  // a number out of range fails a CHECK, too
  double Real(std::string_view column) const;
  bool Bool(std::string_view column) const;
  std::string Bytes(std::string_view column) const;              // from a bytea
  std::vector<int64_t> IntArray(std::string_view column) const;  // one dimension, no NULL
  // Reads a number as an enum. The database must hold only values of that enum.
  template <typename T>
  T Enum(std::string_view column) const {
    return static_cast<T>(Int32(column));
  }

 private:
  const std::optional<std::string>& Cell(std::string_view column) const;

  const Rows* rows_;
  size_t row_;
};

// A value; Immutable.
class Rows {
 public:
  class Iterator {
   public:
    Iterator(const Rows& rows, size_t row) : rows_(&rows), row_(row) {}
    Row operator*() const { return (*rows_)[row_]; }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return row_ == other.row_; }

   private:
    const Rows* rows_;
    size_t row_;
  };

  Rows() = default;
  // `cells` holds one row after the other. A statement that returns no rows at all may have no
  // columns.
  Rows(std::vector<std::string> columns, std::vector<std::optional<std::string>> cells,
       int64_t affected);

  size_t size() const { return columns_.empty() ? 0 : cells_.size() / columns_.size(); }
  bool empty() const { return size() == 0; }
  Row operator[](size_t row) const;
  Row front() const { return (*this)[0]; }
  Row back() const { return (*this)[size() - 1]; }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

  // Returns the results of `make` for all rows.
  template <typename Make>
  auto Map(const Make& make) const {
    std::vector<std::invoke_result_t<const Make&, const Row&>> values;
    values.reserve(size());
    for (const Row row : *this) values.push_back(make(row));
    return values;
  }

  // The names of the columns, in the order of the statement.
  const std::vector<std::string>& columns() const { return columns_; }
  // The number of rows that INSERT, UPDATE or DELETE changed.
  int64_t affected() const { return affected_; }

 private:
  friend class Row;

  std::vector<std::string> columns_;
  std::vector<std::optional<std::string>> cells_;
  int64_t affected_ = 0;
};

}  // namespace motzkin::postgres
