#include "common/postgres/params.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/base/string_view.h"

namespace motzkin::postgres {
namespace {

// Returns the shortest text that reads back as the same double. Postgres has its own spellings of
// not-a-number and infinity.
std::string RealText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", value);
}

// An array and a record take any text in double quotes, where these two characters are escaped.
void AppendQuoted(std::string_view text, std::string& array) {
  array.push_back('"');
  size_t done = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '\\') continue;
    array.append(text.substr(done, i - done)).push_back('\\');
    done = i;
  }
  array.append(text.substr(done)).push_back('"');
}

template <typename Values, typename Append>
std::string ArrayText(const Values& values, const Append& append) {
  std::string array = "{";
  for (const auto& value : values) {
    if (array.size() > 1) array.push_back(',');
    append(value, array);
  }
  array.push_back('}');
  return array;
}

// A text that means itself in a record without quotes. Numbers are most of a record, and an array
// of records quotes each quote again.
bool IsPlain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '+';
  });
}

// (7,,"a b",""): a field of which there is nothing at all is NULL. Types have a field at least.
std::string RecordText(const Params& fields) {
  std::string record;
  for (const std::optional<std::string>& field : fields.values()) {
    record.push_back(record.empty() ? '(' : ',');
    if (!field.has_value()) continue;
    if (IsPlain(*field)) {
      record += *field;
    } else {
      AppendQuoted(*field, record);
    }
  }
  record.push_back(')');
  return record;
}

}  // namespace

Params& Params::Text(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

Params& Params::Int(int64_t value) { return Text(std::to_string(value)); }
Params& Params::Real(double value) { return Text(RealText(value)); }
Params& Params::Bool(bool value) { return Text(value ? "t" : "f"); }
Params& Params::Bytes(std::string_view value) {
  return Text("\\x" + absl::BytesToHexString(ToAbsl(value)));
}

Params& Params::Null() {
  values_.emplace_back(std::nullopt);
  return *this;
}

Params& Params::Time(absl::Time value) {
  // absl would write these as infinite-past and infinite-future.
  if (value == absl::InfinitePast()) return Text("-infinity");
  if (value == absl::InfiniteFuture()) return Text("infinity");
  return Text(absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", value, absl::UTCTimeZone()));
}

Params& Params::IntArray(const std::vector<int64_t>& values) {
  return Text(
      ArrayText(values, [](int64_t value, std::string& array) { array += std::to_string(value); }));
}

Params& Params::RealArray(const std::vector<double>& values) {
  return Text(
      ArrayText(values, [](double value, std::string& array) { array += RealText(value); }));
}

Params& Params::TextArray(const std::vector<std::optional<std::string>>& values) {
  return Text(ArrayText(values, [](const std::optional<std::string>& value, std::string& array) {
    if (value.has_value()) {
      AppendQuoted(*value, array);
    } else {
      array += "NULL";
    }
  }));
}

Params& Params::TextArray(const std::vector<std::string>& values) {
  return Text(ArrayText(
      values, [](const std::string& value, std::string& array) { AppendQuoted(value, array); }));
}

Params& Params::RecordArray(const std::vector<Params>& records) {
  return Text(ArrayText(records, [](const Params& record, std::string& array) {
    AppendQuoted(RecordText(record), array);
  }));
}

}  // namespace motzkin::postgres
