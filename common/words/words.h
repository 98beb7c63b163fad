// Writes numbers and enums as people, SQL and files read them. Thread-safe.
//
// Words for enums are those of SQL and the docs. They are part of the interface to scripts, so they
// never change.
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

// Writes 1234567 as "1,234,567".
std::string Grouped(int64_t value);
// Writes a share as "54.7 %"; "-" if `whole` is 0.
std::string Percent(int64_t part, int64_t whole);

// Returns the words of an enum of a proto by their numbers, as SQL, files and the docs have them: in
// lower case and without the name of the enum. The first word is "unspecified".
template <typename Enum>
const std::vector<std::string>& Words() {
  static const auto& words = *new std::vector<std::string>(
      internal::WordsByNumber(*google::protobuf::GetEnumDescriptor<Enum>()));
  return words;
}

// Returns "timed_out" for OUTCOME_TIMED_OUT; empty for a value that the proto does not have.
template <typename Enum>
std::string Word(Enum value) {
  const auto number = static_cast<size_t>(value);
  return number < Words<Enum>().size() ? Words<Enum>()[number] : "";
}

// Returns the value that has this word; the unspecified one if there is none.
template <typename Enum>
Enum FromWord(std::string_view word) {
  const std::vector<std::string>& words = Words<Enum>();
  const auto found = std::find(words.begin(), words.end(), word);
  return static_cast<Enum>(found == words.end() ? 0 : found - words.begin());
}

}  // namespace motzkin
