// Identifiers that need no registry: state directories of workers, requests that may be repeated.
#pragma once

#include <string>

namespace motzkin {

// A new version 4 UUID (RFC 9562) from the kernel's random numbers, as
// "7d444840-9dc0-41d1-b245-5ffdce74fad2". Thread-safe.
std::string NewUuid();

}  // namespace motzkin
