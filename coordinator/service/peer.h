// Reads gRPC's name of a peer, such as "ipv4:127.0.0.1:40312" or "ipv6:[::1]:40312". Some versions
// escape the brackets of an IPv6 address, and some do not.
//
// Thread-safe.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace motzkin::coordinator {

// Returns the address without the port: "ipv4:127.0.0.1".
std::string AddressOf(std::string_view peer);

// Returns a name without escapes: gRPC's own, and the one of an address of IP.
std::string CanonicalPeer(std::string_view peer);
std::string PeerOf(const sockaddr_storage& address);

// Returns whom a peer is counted with where one source may have so much: its address, or in IPv6 all
// of its network of 64 bits, as every host has that many addresses to choose from.
std::string SourceOf(std::string_view peer);

// Whether the peer is on the coordinator's own host: its address is loopback, or one of the host's.
bool IsOnThisHost(std::string_view peer);

}  // namespace motzkin::coordinator
