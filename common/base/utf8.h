// Reads UTF-8. Forms that are longer than need be, surrogates and values above U+10FFFF are no
// characters: a control character could hide in a long form, and Postgres stores none of them.
//
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace motzkin {

struct Utf8Character {
  uint32_t code = 0;
  size_t bytes = 0;  // 0: the text does not begin with a character
};

// Decodes the first character of a text that is not empty.
Utf8Character FirstCharacter(std::string_view text);

// Returns the longest beginning of the text that has at most `bytes_max` bytes and ends between two
// characters. Where the text is not UTF-8, the beginning is at most three bytes shorter.
std::string_view BeginningOf(std::string_view text, size_t bytes_max);

}  // namespace motzkin
