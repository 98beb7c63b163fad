// Reads gRPC's name of a peer, such as "ipv4:127.0.0.1:40312" or "ipv6:[::1]:40312". Some versions
// escape the brackets of an IPv6 address, and some do not.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace motzkin::coordinator {

// Returns the address without the port: "ipv4:127.0.0.1".
std::string AddressOf(std::string_view peer);

// Whether the peer is on the coordinator's own host: its address is loopback, or one of the host's.
bool IsOnThisHost(std::string_view peer);

}  // namespace motzkin::coordinator
