#include "common/base/one_line.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace motzkin {
namespace {

constexpr size_t kBytesMax = 1'000;
// Our messages end with what to do about the error, so the tail is kept as well as the beginning.
constexpr size_t kTailBytes = 300;
constexpr std::string_view kLeftOut = " ... ";

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

struct Character {
  uint32_t code = 0;
  size_t bytes = 0;  // 0: the text does not begin with a character of UTF-8
};

// Decodes the first character of a text that is not empty. Forms that are longer than need be are
// no UTF-8, or a control character could hide in one.
Character FirstOf(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x1'0000};
  if (lead < 0xc0 || lead >= 0xf8 || text.size() < bytes) return {};
  uint32_t code = lead & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if (!IsContinuation(text[i])) return {};
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kSmallest[bytes] || code > 0x10'ffff || surrogate) return {};
  return {code, bytes};
}

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
    const Character first = FirstOf(text);
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
  size_t head = kBytesMax - kTailBytes;
  while (head > 0 && IsContinuation(text[head])) --head;
  size_t tail = text.size() - kTailBytes;
  while (tail < text.size() && IsContinuation(text[tail])) ++tail;
  return Printable(text.substr(0, head)) + std::string(kLeftOut) + Printable(text.substr(tail));
}

}  // namespace motzkin
