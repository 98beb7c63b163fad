#include "coordinator/web/web_server.h"

#include <absl/strings/str_cat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "common/base/status_macros.h"
#include "coordinator/web/tls.h"
#include "coordinator/web/web_connection.h"
#include "coordinator/web/web_core.h"

namespace motzkin::coordinator::web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kViewThreads = 2;
// Reads of rows wait for one another, and for none of them do the views wait.
constexpr int kRowThreads = 1;
constexpr size_t kApiTasksMax = 64;
// An action that waits for Postgres does not hold up another one at once.
constexpr int kActionThreads = 2;
constexpr size_t kActionTasksMax = 16;
// Each look at a password takes a part of a second and 32 MiB.
constexpr int kPasswordThreads = 1;
constexpr size_t kPasswordTasksMax = 8;
constexpr std::chrono::milliseconds kTick(250);
constexpr absl::Duration kIdentityRefresh = absl::Hours(1);

}  // namespace

// Everything but Listen(), Start() and Stop() runs on the one thread of the core's `io`.
struct WebServer::Impl {
  void Accept();
  void Tick();
  // Takes the certificate as it is now.
  absl::Status Identify();
  absl::StatusOr<asio::ip::address> Find(std::string host);
  absl::Status Open(const HostPort& address);

  WebCore core;
  tcp::acceptor acceptor{core.io};
  asio::steady_timer timer{core.io};
  std::string url;
  std::function<absl::StatusOr<PageIdentity>()> identity;  // null for plain text
  BootTime identified;
  bool accepting = false;
  bool stopped = false;
  std::jthread thread;
};

void WebServer::Impl::Accept() {
  accepting = true;
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    accepting = false;
    // Without a descriptor left, the next tick tries again.
    if (error) return;
    core.Welcome(std::move(socket));
    Accept();
  });
}

void WebServer::Impl::Tick() {
  if (!accepting) Accept();
  if (identity != nullptr && core.clock.Now() - identified > kIdentityRefresh) {
    identified = core.clock.Now();
    // The one of before serves on if the owner is just replacing his files.
    Identify().IgnoreError();
  }
  core.Feed();
  timer.expires_after(kTick);
  timer.async_wait([this](error_code error) {
    if (!error) Tick();
  });
}

absl::Status WebServer::Impl::Identify() {
  if (identity == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const PageIdentity now, identity());
  ASSIGN_OR_RETURN(core.tls, NewTls(now));
  core.authority = now.authority;
  identified = core.clock.Now();
  return absl::OkStatus();
}

absl::StatusOr<asio::ip::address> WebServer::Impl::Find(std::string host) {
  if (host == "localhost") host = "127.0.0.1";
  host = WithoutBrackets(host);
  error_code error;
  auto address = asio::ip::make_address(host, error);
  if (!error) return address;
  // It is a name, and the first of its addresses counts.
  const auto found = tcp::resolver(core.io).resolve(host, "", tcp::resolver::flags(), error);
  if (!error && !found.empty()) return found.begin()->endpoint().address();
  return absl::InvalidArgumentError(absl::StrCat("--web: the host ", host, " has no address"));
}

absl::Status WebServer::Impl::Open(const HostPort& address) {
  ASSIGN_OR_RETURN(const asio::ip::address ip, Find(address.host));
  const tcp::endpoint endpoint(ip, static_cast<uint16_t>(address.port));
  error_code error;
  if (endpoint.address().is_loopback() && core.site.open) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--web: ", address.host, " is ", endpoint.address().to_string(),
        " here, which no other machine reaches: name an address of the network, or 0.0.0.0"));
  }
  // NOLINTBEGIN(bugprone-unused-return-value): some versions of Boost return the error as well
  acceptor.open(endpoint.protocol(), error);
  // The port of a coordinator that has just ended is not taken.
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  // NOLINTEND(bugprone-unused-return-value)
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot serve the page on ", address.host, ":",
                                               address.port, ": ", error.message(),
                                               "; --web names another address, --web off goes "
                                               "without"));
  }
  // The first name after localhost is the host's own.
  const bool all = endpoint.address().is_unspecified();
  const std::string shown = all && core.site.names.size() > 1 ? core.site.names[1] : address.host;
  url = absl::StrCat(core.site.tls ? "https://" : "http://", shown, ":",
                     acceptor.local_endpoint(error).port());
  return absl::OkStatus();
}

WebServer::WebServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebServer::~WebServer() { Stop(); }

absl::StatusOr<std::unique_ptr<WebServer>> WebServer::Listen(const Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->core.site = {
      .tls = options.identity != nullptr, .open = !options.names.empty(), .names = options.names};
  impl->identity = options.identity;
  RETURN_IF_ERROR(impl->Identify());
  RETURN_IF_ERROR(impl->Open(options.address));
  return std::unique_ptr<WebServer>(new WebServer(std::move(impl)));
}

void WebServer::Start(const Parts& parts) {
  WebCore& core = impl_->core;
  core.api = std::make_unique<WebApi>(parts.views, parts.conninfo);
  core.actions = std::make_unique<ActionApi>(parts.views, parts.actions);
  core.entrance = std::make_unique<Entrance>(
      parts.password, core.clock, Entrance::Options{.tls = core.site.tls, .idle = parts.idle});
  core.view_tasks = std::make_unique<TaskQueue>(kViewThreads, kApiTasksMax);
  core.row_tasks = std::make_unique<TaskQueue>(kRowThreads, kApiTasksMax);
  core.action_tasks = std::make_unique<TaskQueue>(kActionThreads, kActionTasksMax);
  core.password_tasks = std::make_unique<TaskQueue>(kPasswordThreads, kPasswordTasksMax);
  asio::post(core.io, [impl = impl_.get()] { impl->Tick(); });
  impl_->thread = std::jthread([&core] { core.io.run(); });
}

void WebServer::Stop() {
  if (std::exchange(impl_->stopped, true)) return;
  WebCore& core = impl_->core;
  if (core.api != nullptr) core.api->Stop();
  for (TaskQueue* const tasks : {core.view_tasks.get(), core.row_tasks.get(),
                                 core.action_tasks.get(), core.password_tasks.get()}) {
    if (tasks != nullptr) tasks->Stop();
  }
  core.io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
  core.connections.clear();
}

const std::string& WebServer::url() const { return impl_->url; }

}  // namespace motzkin::coordinator::web
