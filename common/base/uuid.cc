#include "common/base/uuid.h"

#include <absl/strings/escaping.h>
#include <sys/random.h>

#include "common/base/check.h"

namespace motzkin {

std::string NewUuid() {
  std::string bytes(16, '\0');
  // Up to 256 bytes come whole and are not interrupted by signals: getrandom(2).
  MOTZKIN_CHECK(getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);  // variant of RFC 9562
  std::string uuid = absl::BytesToHexString(bytes);
  for (const size_t dash : {8u, 13u, 18u, 23u}) uuid.insert(dash, 1, '-');
  return uuid;
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (hyphen ? text[i] != '-' : !digit) return false;
  }
  return true;
}

}  // namespace motzkin
