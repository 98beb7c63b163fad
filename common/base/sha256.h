// SHA-256 (FIPS 180-4), so that digests need no library of cryptography. Not for secrets: its time
// depends on the length alone, but nothing else is promised. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace motzkin {

// 32 bytes.
std::string Sha256(std::string_view message);

}  // namespace motzkin
