#include "coordinator/service/peer.h"

#include <absl/strings/str_replace.h>
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>

namespace motzkin::coordinator {
namespace {

// Returns gRPC's name of an address, without a port; empty if it is none of IP.
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

bool IsOnThisHost(std::string_view peer) {
  const std::string address =
      absl::StrReplaceAll(AddressOf(peer), {{"%5B", "["}, {"%5D", "]"}, {"%25", "%"}});
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
