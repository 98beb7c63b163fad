#include "common/base/one_line.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "common/base/utf8.h"

namespace motzkin {
namespace {

constexpr size_t kBytesMax = 1'000;
// Our messages end with what to do about the error, so the tail is kept as well as the beginning.
constexpr size_t kTailBytes = 300;
constexpr std::string_view kLeftOut = " ... ";

bool IsShown(uint32_t code) {
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
                     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return !separator && !turns;
}

void AppendEscaped(std::string_view bytes, std::string& line) {
  if (bytes == "\n") {
    line += "\\n";
  } else if (bytes == "\t") {
    line += "\\t";
  } else {
    for (const char byte : bytes)
      absl::StrAppend(&line, "\\x", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
  }
}

}  // namespace

std::string Printable(std::string_view text) {
  // Nearly all texts are plain ASCII, and the coordinator asks for every string that workers send.
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) {
    return std::string(text);
  }
  std::string line;
  line.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character first = FirstCharacter(text);
    const std::string_view bytes = text.substr(0, first.bytes == 0 ? 1 : first.bytes);
    if (first.bytes > 0 && IsShown(first.code)) {
      line += bytes;
    } else {
      AppendEscaped(bytes, line);
    }
    text.remove_prefix(bytes.size());
  }
  return line;
}

std::string OneLine(std::string_view text) {
  if (text.size() <= kBytesMax) return Printable(text);
  // Neither cut goes through a character.
  const std::string_view head = BeginningOf(text, kBytesMax - kTailBytes);
  const std::string_view tail = text.substr(BeginningOf(text, text.size() - kTailBytes).size());
  return Printable(head) + std::string(kLeftOut) + Printable(tail);
}

}  // namespace motzkin
