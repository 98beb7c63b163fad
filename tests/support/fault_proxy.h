// A TCP proxy on loopback that cuts connections where a test asks for it: before the server gets a
// request, or after the server acted on it and before the client gets the reply.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace motzkin::test {

enum class Fault {
  kNone,
  kLoseRequest,  // closed; what the client sent last never arrives
  kLoseReply,    // forwarded; closed when the server's answer arrives
};

// The destructor stops the proxy and closes all connections. Thread-safe.
class FaultProxy {
 public:
  // Connects to 127.0.0.1:`port`. `decide` is called with each piece that a client sends, from
  // several threads at once.
  FaultProxy(int port, std::function<Fault(std::string_view sent)> decide);
  ~FaultProxy();

  // The port on 127.0.0.1 to which clients connect.
  int port() const;

  // Stops passing bytes through the present connections, and neither side learns that the other is
  // gone. New connections work as before.
  void Mute();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::test
