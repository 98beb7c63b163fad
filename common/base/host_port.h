// HOST:PORT as people write it in flags and files. gRPC takes more (unix:PATH, dns:///NAME) and
// guesses at what is left; here a slip is told from an address before anybody waits for it.
//
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace motzkin {

struct HostPort {
  std::string host;  // A name, an IPv4 address, or an IPv6 address in brackets.
  int port = 0;
};

// Empty: no such thing. The port is 0 .. 65535.
std::optional<HostPort> ParseHostPort(std::string_view text);

}  // namespace motzkin
