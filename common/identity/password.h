// Passwords, as they are kept: by their scrypt hash. A thief of it has to try one password after the
// other, each for as long as HashPassword() takes.
//
// Thread-safe. Both take 32 MiB of memory and a part of a second, on a Raspberry Pi half of one, so
// callers bound how many run at a time.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::identity {

// Returns "$scrypt$ln=15,r=8,p=3$SALT$HASH" with a new salt; both in hexadecimal digits.
std::string HashPassword(std::string_view password);

// Whether `hash`, a text of HashPassword(), is that of the password. False for any other text.
bool IsPassword(std::string_view password, std::string_view hash);

}  // namespace motzkin::identity
