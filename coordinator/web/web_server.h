// The coordinator's page: an HTTP server that gives out the files of the page, answers its
// questions, tells a page that stays open what has changed (server-sent events), and does what a page
// orders whose reader has signed in. Beyond loopback it speaks TLS.
//
// One thread serves all connections, and none can hold another up: a request has to come within
// seconds, what a slow client does not read is not kept, and the numbers of connections and listeners
// are bounded. Store, scheduler and database are asked, and passwords are hashed, on further threads.
//
// Thread-compatible. Stop() is idempotent and harmless without Start().
#pragma once

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/host_port.h"
#include "coordinator/service/operator_actions.h"
#include "coordinator/service/operator_views.h"
#include "coordinator/service/page_identity.h"
#include "coordinator/service/page_password.h"

namespace motzkin::coordinator::web {

class WebServer {
 public:
  static constexpr int kConnectionsMax = 64;
  // An address, or a network of IPv6, has so many where other machines reach the page, so that it takes
  // a crowd of them to keep others out. A browser has six.
  static constexpr int kSourceMax = 24;
  // Browsers keep one open for each page that is in sight.
  static constexpr int kListenersMax = 32;

  struct Options {
    HostPort address;
    // Returns the certificate for TLS, as it is now; null for plain text. An hour later it is asked
    // for again, as certificates end and addresses change.
    std::function<absl::StatusOr<PageIdentity>()> identity = nullptr;
    // Names of this host by which browsers may ask, in lower case. With one or more, other machines may
    // reach the page, and who is not signed in is told nothing.
    std::vector<std::string> names = {};
  };
  // Opens the port; connections wait until Start(). UNAVAILABLE: it is taken. INVALID_ARGUMENT: the
  // host of the address has none, or the errors of `identity`.
  static absl::StatusOr<std::unique_ptr<WebServer>> Listen(const Options& options);
  ~WebServer();

  // The page shows and does all by these, which must outlive this.
  struct Parts {
    OperatorViews& views;
    OperatorActions& actions;
    const PagePassword& password;
    std::string conninfo;  // opens the database to read
    absl::Duration idle;   // a session ends when it was not used for so long
  };
  void Start(const Parts& parts);
  void Stop();

  // "http://127.0.0.1:8080", or "https://pi:8080" where it listens on all addresses
  const std::string& url() const;

 private:
  struct Impl;
  explicit WebServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace motzkin::coordinator::web
