#include "tests/support/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/process/unique_fd.h"

namespace motzkin::test {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* Generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

// Returns the bytes that are there now; empty at the end of the stream.
std::string ReceiveSome(int fd) {
  std::string bytes(1 << 16, '\0');
  const ssize_t received = recv(fd, bytes.data(), bytes.size(), 0);
  bytes.resize(received > 0 ? static_cast<size_t>(received) : 0);
  return bytes;
}

}  // namespace

class FaultProxy::Impl {
 public:
  Impl(int port, std::function<Fault(std::string_view)> decide)
      : server_port_(port),
        decide_(std::move(decide)),
        stop_(eventfd(0, EFD_CLOEXEC)),
        listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in any = Loopback(0);
    MOTZKIN_CHECK(bind(listener_.get(), Generic(any), sizeof any) == 0 &&
                  listen(listener_.get(), 64) == 0);
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    MOTZKIN_CHECK(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&bound), &size) == 0);
    port_ = ntohs(bound.sin_port);
    acceptor_ = std::jthread([this] { Accept(); });
  }

  ~Impl() {
    const uint64_t one = 1;
    MOTZKIN_CHECK(write(stop_.get(), &one, sizeof one) == sizeof one);
  }

  int port() const { return port_; }

  void Mute() { muted_ = made_.load(); }

 private:
  // Waits until one of two descriptors is readable. Returns 0 or 1, or -1 when the proxy stops.
  int Wait(int first, int second) const {
    pollfd wait[] = {{first, POLLIN, 0}, {second, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
    while (poll(wait, 3, -1) < 0) {
    }
    if (wait[2].revents != 0) return -1;
    return wait[0].revents != 0 ? 0 : 1;
  }

  void Accept() {
    std::vector<std::jthread> connections;
    while (Wait(listener_.get(), -1) == 0) {
      UniqueFd client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      UniqueFd server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      const sockaddr_in to = Loopback(server_port_);
      if (!client.valid() || !server.valid()) continue;
      if (connect(server.get(), Generic(to), sizeof to) != 0) continue;
      connections.emplace_back([this, n = ++made_, c = std::move(client), s = std::move(server)] {
        Forward(n, c.get(), s.get());
      });
    }
  }

  // The connection is the `number`-th, counted from 1.
  void Forward(int number, int client, int server) {
    bool lose_reply = false;
    for (;;) {
      const int ready = Wait(client, server);
      if (ready < 0) return;
      if (number <= muted_) {
        Wait(-1, -1);  // until the proxy stops, with both sides open
        return;
      }
      const std::string bytes = ReceiveSome(ready == 0 ? client : server);
      if (bytes.empty()) return;
      if (ready == 1) {
        if (lose_reply || !SendAll(client, bytes)) return;
        continue;
      }
      const Fault fault = decide_(bytes);
      if (fault == Fault::kLoseRequest || !SendAll(server, bytes)) return;
      lose_reply = lose_reply || fault == Fault::kLoseReply;
    }
  }

  const int server_port_;
  const std::function<Fault(std::string_view)> decide_;
  const UniqueFd stop_, listener_;
  int port_ = 0;
  std::atomic<int> made_{0}, muted_{0};  // numbers of connections
  // Last, so that it and all connections are joined before anything they use goes away.
  std::jthread acceptor_;
};

FaultProxy::FaultProxy(int port, std::function<Fault(std::string_view)> decide)
    : impl_(std::make_unique<Impl>(port, std::move(decide))) {}
FaultProxy::~FaultProxy() = default;
int FaultProxy::port() const { return impl_->port(); }
void FaultProxy::Mute() { impl_->Mute(); }

}  // namespace motzkin::test
