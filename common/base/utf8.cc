#include "common/base/utf8.h"

namespace motzkin {
namespace {

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

}  // namespace

Utf8Character FirstCharacter(std::string_view text) {
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

std::string_view BeginningOf(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  // A character has at most three bytes after its first, so a longer run is not UTF-8.
  size_t end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && IsContinuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace motzkin
