#include "common/base/separated_values.h"

#include <absl/status/status.h>
#include <absl/strings/ascii.h>

#include <algorithm>

#include "common/base/string_view.h"

namespace motzkin {

bool EndsInQuotes(std::string_view text) {
  return std::count(text.begin(), text.end(), '"') % 2 != 0;
}

absl::StatusOr<std::vector<std::string>> SplitRecord(std::string_view record, char separator) {
  std::vector<std::string> fields;
  size_t at = 0;
  while (true) {
    while (at < record.size() && record[at] == ' ') ++at;
    std::string field;
    if (at < record.size() && record[at] == '"') {
      for (++at;; ++at) {
        if (at >= record.size()) return absl::InvalidArgumentError("a quoted field never ends");
        if (record[at] == '"') {
          ++at;
          const bool doubled = at < record.size() && record[at] == '"';
          if (!doubled) break;
        }
        field += record[at];
      }
      while (at < record.size() && record[at] == ' ') ++at;
      if (at < record.size() && record[at] != separator)
        return absl::InvalidArgumentError("text after a quoted field");
    } else {
      const size_t end = std::min(record.find(separator, at), record.size());
      field = ToStd(absl::StripAsciiWhitespace(ToAbsl(record.substr(at, end - at))));
      at = end;
    }
    fields.push_back(std::move(field));
    if (at >= record.size()) return fields;
    ++at;
  }
}

}  // namespace motzkin
