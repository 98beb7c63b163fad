// Bytes of hexadecimal digits, which must be an even number of them.
#pragma once

#include <absl/base/config.h>
#include <absl/strings/escaping.h>

#include <string>

#include "common/base/check.h"

namespace motzkin {

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
