#include "common/base/one_line.h"

#include <cstddef>

namespace motzkin {
namespace {

constexpr size_t kBytesMax = 1'000;
// Our messages end with what to do about the error, so the tail is kept as well as the beginning.
constexpr size_t kTailBytes = 300;
constexpr std::string_view kLeftOut = " ... ";

bool IsControl(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

std::string Escaped(unsigned char byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  if (byte == '\n') return "\\n";
  if (byte == '\t') return "\\t";
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 0xf]};
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.size() > kBytesMax && i == kBytesMax - kTailBytes) {
      line += kLeftOut;
      i = text.size() - kTailBytes;
    }
    const auto byte = static_cast<unsigned char>(text[i]);
    line += IsControl(byte) ? Escaped(byte) : std::string(1, text[i]);
  }
  return line;
}

}  // namespace motzkin
