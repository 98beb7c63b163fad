// HOST:PORT as people write it in flags and files. gRPC accepts more (unix:PATH, dns:///NAME) and
// guesses at the rest; this parser refuses a slip before a connection attempt waits for it in vain.
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

// Empty if `text` is not HOST:PORT. The port is 0 .. 65535.
std::optional<HostPort> ParseHostPort(std::string_view text);

// Returns a host of HOST:PORT without the brackets of an IPv6 address, as resolvers want it.
std::string WithoutBrackets(std::string_view host);

// Whether a host of HOST:PORT is this machine by its name or address.
bool IsLoopback(std::string_view host);

}  // namespace motzkin
