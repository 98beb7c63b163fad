// Accepts the connections of the gRPC server, in place of gRPC's own acceptor: that stays deaf for
// good once accept() has failed for want of a descriptor (gRPC 1.51).
//
// Thread-compatible. Stop() ends the listening, but no connection. It is idempotent and harmless
// without Start().
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/process/unique_fd.h"
#include "coordinator/service/connections.h"

namespace motzkin::coordinator {

class Listener {
 public:
  // Takes the port of HOST:PORT at all addresses of that host; with port 0 one that is free at all of
  // them. Callers are refused before Listen(). `connections`, which gets all that is accepted, must
  // outlive this. UNAVAILABLE: the port is taken at one of the addresses, or none is of this host.
  static absl::StatusOr<std::unique_ptr<Listener>> Open(const std::string& address,
                                                        Connections& connections);
  ~Listener() { Stop(); }

  int port() const { return port_; }

  // From now on callers wait for Start(). UNAVAILABLE: another program, which had taken the port as well,
  // listened first.
  absl::Status Listen();

  // From now on gives each connection to `take`, and tells `complain` in a sentence when it can
  // accept none, and when it can again. Both are called on the listener's thread.
  void Start(std::function<void(UniqueFd)> take, std::function<void(const std::string&)> complain);
  void Stop();

 private:
  explicit Listener(Connections& connections);
  // Says what errno means here.
  absl::Status Failed() const;
  absl::Status Bind(const std::string& host);
  absl::Status BindTo(const sockaddr* address, socklen_t length, bool both_families);

  void Run();
  // Accepts what waits at a socket. Returns errno if that ended because nothing can be accepted.
  int AcceptFrom(int socket);
  void NoteTrouble(int error);
  // Waits, at most until Stop(), and looks after the connections meanwhile.
  void Pause(absl::Duration pause) const;

  Connections& connections_;
  int port_ = 0;
  std::vector<UniqueFd> sockets_;
  const UniqueFd stop_;  // An eventfd that is readable once Stop() was called.
  bool deaf_ = false;
  std::function<void(UniqueFd)> take_;
  std::function<void(const std::string&)> complain_;
  std::jthread thread_;  // Last, so it is joined before what it uses goes away.
};

}  // namespace motzkin::coordinator
