// Numbers and enums as people, SQL and files read them. Thread-safe.
#pragma once

#include <google/protobuf/generated_enum_reflection.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace motzkin {

namespace internal {
std::vector<std::string> WordsByNumber(const google::protobuf::EnumDescriptor& type);
}  // namespace internal

// 1234567 as "1,234,567".
std::string Grouped(int64_t value);
// "54.7 %"; "-" of nothing.
std::string Percent(int64_t part, int64_t whole);

// The words of an enum of a proto by their numbers: its names in lower case without the enum's own
// name, as SQL, files and the docs have them. The first is "unspecified".
template <typename Enum>
const std::vector<std::string>& Words() {
  static const auto& words = *new std::vector<std::string>(
      internal::WordsByNumber(*google::protobuf::GetEnumDescriptor<Enum>()));
  return words;
}

// "timed_out" for OUTCOME_TIMED_OUT; empty for a value that the proto does not have.
template <typename Enum>
std::string Word(Enum value) {
  const auto number = static_cast<size_t>(value);
  return number < Words<Enum>().size() ? Words<Enum>()[number] : "";
}

// Unspecified when there is no such word.
template <typename Enum>
Enum FromWord(std::string_view word) {
  const std::vector<std::string>& words = Words<Enum>();
  const auto found = std::find(words.begin(), words.end(), word);
  return static_cast<Enum>(found == words.end() ? 0 : found - words.begin());
}

}  // namespace motzkin
