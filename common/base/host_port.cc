#include "common/base/host_port.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>

namespace motzkin {
namespace {

constexpr size_t kHostBytesMax = 255;  // The limit of DNS; addresses are far shorter.
constexpr int kPortMax = 65'535;

bool IsBracketed(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']';
}

// Checks the alphabet only: whether the name exists is for the resolver to say.
bool IsHost(std::string_view host) {
  const bool bracketed = IsBracketed(host);
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.size() > kHostBytesMax) return false;
  if (bracketed && host.find(':') == std::string_view::npos) return false;
  // '%' for the zone of a link-local address, as in fe80::1%eth0.
  const std::string_view others = bracketed ? ":.%" : "-._";
  return std::all_of(host.begin(), host.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

}  // namespace

std::optional<HostPort> ParseHostPort(std::string_view text) {
  // The last colon, as an IPv6 address has more of them. Without its brackets such an address is
  // refused by IsHost(): the port could not be told from the address.
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !IsHost(text.substr(0, colon))) return std::nullopt;
  HostPort parsed{.host = std::string(text.substr(0, colon)), .port = 0};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, parsed.port);
  // from_chars() reads a minus sign, too, and -0 is in the range.
  const bool number = error == std::errc() && stopped == end && text[colon + 1] != '-';
  if (!number || parsed.port > kPortMax) return std::nullopt;
  return parsed;
}

std::string WithoutBrackets(std::string_view host) {
  return std::string(IsBracketed(host) ? host.substr(1, host.size() - 2) : host);
}

bool IsLoopback(std::string_view host) {
  // A name may begin like an address.
  return host == "localhost" || host == "[::1]" ||
         (host.substr(0, 4) == "127." &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

}  // namespace motzkin
