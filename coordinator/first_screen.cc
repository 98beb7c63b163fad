#include "coordinator/first_screen.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include "common/base/host_port.h"

namespace motzkin::coordinator {
namespace {

// Whether a coordinator that listens on `host` listens on every address of this machine.
bool IsEverywhere(const std::string& host) { return host == "0.0.0.0" || host == "[::]"; }

}  // namespace

std::string FirstAddress() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return "";
  std::string first;
  for (const ifaddrs* at = all; at != nullptr && first.empty(); at = at->ifa_next) {
    // An interface may have no address at all.
    const bool usable = at->ifa_addr != nullptr && at->ifa_addr->sa_family == AF_INET &&
                        (at->ifa_flags & IFF_UP) != 0 && (at->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable) continue;
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(at->ifa_addr);
    if (::inet_ntop(AF_INET, &address->sin_addr, text, sizeof text) != nullptr) first = text;
  }
  ::freeifaddrs(all);
  return first;
}

std::string Render(const FirstScreen& screen) {
  const bool local = IsLoopback(screen.host);
  // "0.0.0.0" is not an address to connect to, so the line to type names a real one. Without a
  // network there is only this machine.
  std::string address = screen.host;
  if (IsEverywhere(screen.host)) address = FirstAddress();
  if (address.empty()) address = "127.0.0.1";
  std::string text = fmt::format("coordinator {} is ready\n\n", screen.build);
  text += fmt::format("  add a machine   worker --connect {}:{}\n", address, screen.port);
  if (local) {
    text += fmt::format(
        "                  only this one: it listens on loopback; --listen 0.0.0.0:{} opens it\n",
        screen.port);
  }
  if (screen.insecure) {
    text +=
        "                  --insecure: plain text, and anyone who reaches the port owns the cluster\n";
  } else if (!local) {
    text +=
        "                  it shows a code; if `motzkin workers` shows the same one here, type\n"
        "                  motzkin approve CODE\n";
  }
  if (!local) text += fmt::format("  firewall        sudo ufw allow {}/tcp\n", screen.port);
  if (!screen.page.empty()) text += fmt::format("  page            {}\n", screen.page);
  if (!screen.psql.empty()) text += fmt::format("  SQL             {}\n", screen.psql);
  text += fmt::format("  data            {}\n", screen.data_directory);
  if (screen.disk_free_bytes > 0) {
    text += fmt::format("  disk            {:.1f} GB free: room for about {:.1f} M functions\n",
                        static_cast<double>(screen.disk_free_bytes) / 1e9,
                        static_cast<double>(screen.functions_room) / 1e6);
  } else {
    text +=
        "  disk            not watched: set --database-max, or look after that Postgres yourself\n";
  }
  text += screen.running_jobs > 0
              ? fmt::format("  next            motzkin watch   ({} running)\n", screen.running_jobs)
              : "  next            motzkin start lample-charton\n";
  return text + "\n";
}

}  // namespace motzkin::coordinator
