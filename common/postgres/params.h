// Values on their way to Postgres: the parameters of a statement, or the fields of a record.
#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace motzkin::postgres {

// The values of $1, $2, ... in order, or those of a record's fields in the order of its type. All
// travel as text; say the type in the statement (`$1::uuid`) where it is not clear. A value.
class Params {
 public:
  // A NUL in the text makes the statement fail with 22021.
  Params& Text(std::string_view value);
  Params& Int(int64_t value);
  Params& Real(double value);
  Params& Bool(bool value);
  Params& Bytes(std::string_view value);  // any bytes, for `::bytea`
  Params& Null();
  Params& Time(absl::Time value);  // for `::timestamptz`, to the microsecond

  // Each adds one array, for `::bigint[]` and the like. An empty optional is NULL.
  Params& IntArray(const std::vector<int64_t>& values);
  Params& RealArray(const std::vector<double>& values);
  Params& TextArray(const std::vector<std::optional<std::string>>& values);
  Params& TextArray(const std::vector<std::string>& values);

  // An array of a composite type, for `::motzkin.submitted_result[]`. Fields may be arrays, of
  // records too.
  Params& RecordArray(const std::vector<Params>& records);

  // An array for each of `fields`, in that order, of its value in every record: for
  // `unnest($1::integer[], $2::text[])`. A field is a member (`&Batch::begin_index`) or a function
  // of a record; its value is an integer, a double, a text or an optional text.
  template <typename Record, typename... Fields>
  Params& ArraysOf(const std::vector<Record>& records, const Fields&... fields) {
    (AddArrayOf(records, fields), ...);
    return *this;
  }

  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  template <typename Record, typename Field>
  void AddArrayOf(const std::vector<Record>& records, const Field& field) {
    using Value = std::decay_t<std::invoke_result_t<const Field&, const Record&>>;
    using Element = std::conditional_t<std::is_integral_v<Value>, int64_t, Value>;
    std::vector<Element> values;
    values.reserve(records.size());
    for (const Record& record : records) values.push_back(std::invoke(field, record));
    if constexpr (std::is_same_v<Element, int64_t>) {
      IntArray(values);
    } else if constexpr (std::is_same_v<Element, double>) {
      RealArray(values);
    } else {
      TextArray(values);
    }
  }

  std::vector<std::optional<std::string>> values_;
};

}  // namespace motzkin::postgres
