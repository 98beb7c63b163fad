// Reads bytes from hexadecimal digits.
#pragma once

#include <absl/base/config.h>
#include <absl/strings/escaping.h>

#include <string>

#include "common/base/check.h"

namespace motzkin {

// Returns the bytes of an even number of hexadecimal digits. Other text is a mistake of the
// caller's.
inline std::string BytesOfHex(absl::string_view digits) {
#if defined(ABSL_LTS_RELEASE_VERSION) && ABSL_LTS_RELEASE_VERSION >= 20240722
  std::string bytes;
  MOTZKIN_CHECK(absl::HexStringToBytes(digits, &bytes));
  return bytes;
#else
  return absl::HexStringToBytes(digits);
#endif
}

}  // namespace motzkin
