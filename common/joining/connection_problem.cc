#include "common/joining/connection_problem.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <fmt/format.h>

#include "common/base/host_port.h"

namespace motzkin::joining {

std::string DescribeProblem(const std::string& grpc_message) {
  if (absl::StrContains(grpc_message, "omain name not found") ||
      absl::StrContains(grpc_message, "DNS resolution failed")) {
    return "host not found";
  }
  // gRPC chains the causes. The last one is the system's own: "...: Connection refused".
  const size_t last = grpc_message.rfind(": ");
  std::string cause = last == std::string::npos ? grpc_message : grpc_message.substr(last + 2);
  if (cause.empty()) return "no reason given";
  cause[0] = absl::ascii_tolower(static_cast<unsigned char>(cause[0]));
  return cause;
}

std::string CureOfProblem(const std::string& problem, const std::string& address) {
  const HostPort to = ParseHostPort(address).value_or(HostPort{.host = address});
  if (problem == "host not found") {
    // Only Avahi knows these names, and only through this module of the C library.
    if (absl::EndsWith(to.host, ".local")) {
      return "names that end in .local need the package libnss-mdns here and avahi-daemon there; "
             "the IP address works without";
    }
    return absl::StrCat("check the name with `getent hosts ", to.host,
                        "`, or give the IP address of that machine");
  }
  if (problem == "connection refused") {
    return fmt::format(
        "start the coordinator on {}, with --listen on an address that this machine "
        "reaches, or correct the port",
        to.host);
  }
  if (problem == "no answer" || absl::StrContains(problem, "timed out")) {
    return fmt::format(
        "see whether {} is on and in this network, and whether a firewall there "
        "lets port {} through",
        to.host, to.port);
  }
  if (absl::StrContains(problem, "unreachable") || absl::StrContains(problem, "o route to host")) {
    return fmt::format("see whether {} is on, and whether both machines are in one network",
                       to.host);
  }
  return "";
}

std::string AnotherCoordinator(const std::string& address, const std::string& shown,
                               const std::string& expected) {
  return fmt::format(
      "the coordinator at {} is not the one that this machine joined: its key has the fingerprint {} "
      "instead of {}",
      address, shown, expected);
}

std::string CureOfAnotherCoordinator(const std::string& file) {
  return fmt::format(
      "A man in the middle may have answered. If the coordinator is a new one, delete {}", file);
}

}  // namespace motzkin::joining
