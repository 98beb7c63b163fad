// A TCP proxy on loopback that cuts connections where a test says: before the server gets what a
// client sent, or after the server acted on it and before the client hears of that.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace motzkin::test {

enum class Fault {
  kNone,
  kLoseRequest,  // closed; what the client sent just now never arrives
  kLoseReply,    // forwarded; closed when the server's answer to it arrives
};

// Stops, and closes all connections, when destroyed. Thread-safe.
class FaultProxy {
 public:
  // Connections go to 127.0.0.1:`port`. `decide` is called with each piece that a client sends,
  // from several threads at once.
  FaultProxy(int port, std::function<Fault(std::string_view sent)> decide);
  ~FaultProxy();

  // Where clients connect to, on 127.0.0.1.
  int port() const;

  // From now on nothing passes through the present connections, and neither side hears that the
  // other has gone; new connections are as good as ever.
  void Mute();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::test
