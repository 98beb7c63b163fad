#include "coordinator/service/listener.h"

#include <absl/strings/str_cat.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "common/base/host_port.h"
#include "common/base/status_macros.h"
#include "coordinator/service/peer.h"

namespace motzkin::coordinator {
namespace {

// Newcomers wait in the kernel while they come faster than they are accepted.
constexpr int kBacklog = 512;
// Accepting is tried again after this where it failed: nothing tells that a descriptor is free again.
constexpr absl::Duration kTroublePause = absl::Milliseconds(100);
// gRPC closes some descriptors in this time. Clients give up after a second, so a flood has to be gone
// through quickly.
constexpr absl::Duration kBehindPause = absl::Milliseconds(5);
constexpr int kLookMillis = 1'000;
// Each try fails only by a rare accident.
constexpr int kChosenPortsMax = 8;

// The errors of accept() that are about one newcomer, or about nothing.
bool IsHarmless(int error) {
  return error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM;
}

bool IsWildcard(const std::string& host) { return host == "0.0.0.0" || host == "[::]"; }

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Open(const std::string& address,
                                                         Connections& connections) {
  const std::optional<HostPort> parsed = ParseHostPort(address);
  if (!parsed.has_value()) return absl::InvalidArgumentError("listen must be HOST:PORT");
  absl::Status bound;
  // A port that the kernel has chosen at one address may be taken at the next.
  for (int tries = parsed->port == 0 ? kChosenPortsMax : 1; tries > 0; --tries) {
    std::unique_ptr<Listener> listener(new Listener(connections));
    listener->port_ = parsed->port;
    bound = listener->Bind(parsed->host);
    if (bound.ok()) return listener;
  }
  return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", bound.message()));
}

Listener::Listener(Connections& connections)
    : connections_(connections), stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

absl::Status Listener::Bind(const std::string& host) {
  if (IsWildcard(host)) {
    // Either wildcard is for both families where the kernel has both, as it was with gRPC.
    sockaddr_in6 any = {};
    any.sin6_family = AF_INET6;
    absl::Status both =
        BindTo(reinterpret_cast<const sockaddr*>(&any), sizeof any, /*both_families=*/true);
    // A port that is taken at one family is no port: half of the workers would reach another program.
    if (both.ok() || absl::IsAlreadyExists(both) || host == "[::]") return both;
    sockaddr_in any4 = {};
    any4.sin_family = AF_INET;
    return BindTo(reinterpret_cast<const sockaddr*>(&any4), sizeof any4, false);
  }
  const std::string name = WithoutBrackets(host);
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(name.c_str(), nullptr, &hints, &found); error != 0) {
    return absl::UnavailableError(gai_strerror(error));
  }
  absl::Status status;
  bool taken = false;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    status = BindTo(at->ai_addr, at->ai_addrlen, /*both_families=*/false);
    taken = taken || absl::IsAlreadyExists(status);
    if (taken) break;
  }
  freeaddrinfo(found);
  // A name such as localhost may have an address of a family that is switched off.
  return sockets_.empty() || taken ? status : absl::OkStatus();
}

absl::Status Listener::Failed() const {
  if (errno == EADDRINUSE) {
    return absl::AlreadyExistsError(
        absl::StrCat("port ", port_,
                     " is taken by another program, which may be another coordinator: stop that "
                     "one, or choose another port with --listen HOST:PORT"));
  }
  if (errno == EADDRNOTAVAIL) return absl::UnavailableError("the address is not of this host");
  return absl::UnavailableError(strerror(errno));
}

absl::Status Listener::BindTo(const sockaddr* address, socklen_t length, bool both_families) {
  const int family = address->sa_family;
  UniqueFd fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return Failed();
  const int yes = 1;
  // No SO_REUSEPORT: two coordinators on one port would each get half of the workers.
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);  // Connections inherit it.
  sockaddr_storage bound = {};
  memcpy(&bound, address, length);
  if (family == AF_INET6) {
    const int one_family = both_families ? 0 : 1;
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &one_family, sizeof one_family);
    reinterpret_cast<sockaddr_in6&>(bound).sin6_port = htons(static_cast<uint16_t>(port_));
  } else {
    reinterpret_cast<sockaddr_in&>(bound).sin_port = htons(static_cast<uint16_t>(port_));
  }
  auto* const where = reinterpret_cast<sockaddr*>(&bound);
  if (bind(fd.get(), where, length) != 0 || getsockname(fd.get(), where, &length) != 0) {
    return Failed();
  }
  // A port that the kernel has chosen here serves for further addresses too. Both families have it at
  // the same place.
  port_ = ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  sockets_.push_back(std::move(fd));
  return absl::OkStatus();
}

absl::Status Listener::Listen() {
  for (const UniqueFd& socket : sockets_) {
    if (listen(socket.get(), kBacklog) != 0) return absl::UnavailableError(Failed().message());
  }
  return absl::OkStatus();
}

void Listener::Start(std::function<void(UniqueFd)> take,
                     std::function<void(const std::string&)> complain) {
  take_ = std::move(take);
  complain_ = std::move(complain);
  thread_ = std::jthread([this] { Run(); });
}

void Listener::Stop() {
  eventfd_write(stop_.get(), 1);
  if (thread_.joinable()) thread_.join();
  sockets_.clear();
  connections_.Clear();
}

void Listener::Run() {
  std::vector<pollfd> waiting = {{stop_.get(), POLLIN, 0}, {connections_.events(), POLLIN, 0}};
  for (const UniqueFd& socket : sockets_) waiting.push_back({socket.get(), POLLIN, 0});
  for (;;) {
    poll(waiting.data(), waiting.size(), kLookMillis);
    if (waiting[0].revents != 0) return;
    connections_.LookAtEvents();
    connections_.EndOldStrangers();
    int error = 0;
    bool accepted = false;
    for (size_t i = 2; i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      accepted = true;
      if (const int failed = AcceptFrom(waiting[i].fd); failed != 0) error = failed;
    }
    if (accepted) NoteTrouble(error);
  }
}

int Listener::AcceptFrom(int socket) {
  sockaddr_storage from = {};
  socklen_t length = sizeof from;
  UniqueFd fd(
      accept4(socket, reinterpret_cast<sockaddr*>(&from), &length, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd.valid()) return IsHarmless(errno) ? 0 : errno;
  const Connections::Admission admission = connections_.Admit(fd.get(), PeerOf(from));
  if (admission == Connections::Admission::kNoDescriptor) return EMFILE;
  if (admission == Connections::Admission::kBarred) return 0;
  if (connections_.Behind(fd.get())) Pause(kBehindPause);
  take_(std::move(fd));
  return 0;
}

void Listener::NoteTrouble(int error) {
  if (error == 0) {
    if (std::exchange(deaf_, false)) complain_("connections are accepted again");
    return;
  }
  if (!std::exchange(deaf_, true)) {
    complain_(absl::StrCat("no connection can be accepted: ", strerror(error)));
  }
  connections_.MakeRoom();
  Pause(kTroublePause);
}

void Listener::Pause(absl::Duration pause) const {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + absl::ToChronoNanoseconds(pause);
  std::array<pollfd, 2> waiting = {{{stop_.get(), POLLIN, 0}, {connections_.events(), POLLIN, 0}}};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return;
    poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
    if (waiting[0].revents != 0) return;
    // Those who are connected go on sending meanwhile.
    connections_.LookAtEvents();
  }
}

}  // namespace motzkin::coordinator
