// Identifiers that need no registry: state directories of workers, requests that may be repeated.
#pragma once

#include <string>
#include <string_view>

namespace motzkin {

// A new version 4 UUID (RFC 9562) from the kernel's random numbers, as
// "7d444840-9dc0-41d1-b245-5ffdce74fad2". Thread-safe.
std::string NewUuid();

// Whether the text is a UUID of any version in lower case, as NewUuid() writes it.
bool IsUuid(std::string_view text);

}  // namespace motzkin
