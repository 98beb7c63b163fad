#include "common/words/words.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <fmt/core.h>
#include <google/protobuf/descriptor.h>

#include "common/base/check.h"

namespace motzkin {

std::string Grouped(int64_t value) {
  std::string digits = absl::StrCat(value);
  // The loop goes from the right. It never puts a comma before the first digit or after the sign.
  for (int at = static_cast<int>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) {
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string Percent(int64_t part, int64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::vector<std::string> internal::WordsByNumber(const google::protobuf::EnumDescriptor& type) {
  // Every value begins with the name of its enum, as the style of protocol buffers asks, and value 0
  // is NAME_UNSPECIFIED. That tells how long the name is.
  constexpr std::string_view kFirst = "UNSPECIFIED";
  const size_t prefix = type.value(0)->name().size() - kFirst.size();
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    MOTZKIN_CHECK(type.value(i)->number() == i);
    words.push_back(absl::AsciiStrToLower(type.value(i)->name().substr(prefix)));
  }
  return words;
}

}  // namespace motzkin
