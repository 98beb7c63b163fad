#include "coordinator/service/peer.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include <algorithm>

namespace motzkin::coordinator {
namespace {

// Returns gRPC's name of an address, without a port; empty if it is not one of IP.
std::string NameOf(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string("ipv4:") + text;
  }
  if (address.sa_family != AF_INET6) return "";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return std::string("ipv6:[") + text + "]";
}

}  // namespace

std::string AddressOf(std::string_view peer) {
  return std::string(peer.substr(0, peer.rfind(':')));
}

std::string CanonicalPeer(std::string_view peer) {
  return absl::StrReplaceAll(std::string(peer), {{"%5B", "["}, {"%5D", "]"}, {"%25", "%"}});
}

std::string PeerOf(const sockaddr_storage& address) {
  if (address.ss_family != AF_INET6) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return absl::StrCat(NameOf(reinterpret_cast<const sockaddr&>(v4)), ":", ntohs(v4.sin_port));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    memcpy(&v4.sin_addr, v6.sin6_addr.s6_addr + 12, sizeof v4.sin_addr);
    return absl::StrCat(NameOf(reinterpret_cast<const sockaddr&>(v4)), ":", ntohs(v6.sin6_port));
  }
  std::string name = NameOf(reinterpret_cast<const sockaddr&>(v6));
  // A link-local address has the number of its interface.
  if (v6.sin6_scope_id != 0) name.insert(name.size() - 1, absl::StrCat("%", v6.sin6_scope_id));
  return absl::StrCat(name, ":", ntohs(v6.sin6_port));
}

std::string SourceOf(std::string_view peer) {
  const std::string address = AddressOf(CanonicalPeer(peer));
  constexpr std::string_view kV6 = "ipv6:[";
  if (!address.starts_with(kV6)) return address;
  const std::string text = address.substr(kV6.size(), address.find_first_of("%]") - kV6.size());
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return address;
  memset(v6.sin6_addr.s6_addr + 8, 0, 8);
  return NameOf(reinterpret_cast<const sockaddr&>(v6)) + "/64";
}

bool IsOnThisHost(std::string_view peer) {
  // gRPC may percent-encode the brackets and the zone of an IPv6 address.
  const std::string address = AddressOf(CanonicalPeer(peer));
  if (address.starts_with("ipv4:127.") || address.starts_with("unix:") || address == "ipv6:[::1]") {
    return true;
  }
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return false;
  bool ours = false;
  for (const ifaddrs* at = all; at != nullptr && !ours; at = at->ifa_next) {
    ours = at->ifa_addr != nullptr && NameOf(*at->ifa_addr) == address;
  }
  ::freeifaddrs(all);
  return ours;
}

}  // namespace motzkin::coordinator
