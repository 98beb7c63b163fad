#include "coordinator/web/web_connection.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "coordinator/service/peer.h"
#include "coordinator/web/assets.h"
#include "coordinator/web/json_text.h"
#include "coordinator/web/metrics.h"
#include "coordinator/web/web_core.h"
#include "coordinator/web/web_server.h"

namespace motzkin::coordinator::web {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kHeadBytesMax = 8 << 10;
// An action is a few names. A password has a thousand bytes, and JSON may write each as six.
constexpr size_t kBodyBytesMax = 8 << 10;
// A request comes, and an answer goes, within this time. A connection without either is closed.
constexpr std::chrono::seconds kPatience(10);
// Proxies and tunnels forget connections on which nothing is said.
constexpr absl::Duration kSilenceMax = absl::Seconds(15);

// Nothing from elsewhere is loaded, run, framed or sent to, and text cannot become markup.
constexpr std::pair<const char*, const char*> kHeaders[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
     "require-trusted-types-for 'script'; trusted-types 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};
constexpr char kJsonType[] = "application/json; charset=utf-8";
constexpr char kActionToken[] = "X-Motzkin-Token";

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }

// Returns whom the peer is counted with; empty if it is gone already.
std::string SourceOfPeer(const tcp::socket& socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return "";
  sockaddr_storage address = {};
  std::copy_n(reinterpret_cast<const char*>(peer.data()), peer.size(),
              reinterpret_cast<char*>(&address));
  return SourceOf(PeerOf(address));
}

absl::Status NotSignedIn() { return absl::UnauthenticatedError("sign in to do that"); }

const absl::Status& TooBusy() {
  static const auto& status =
      *new absl::Status(absl::UnavailableError("too many questions at once; ask again"));
  return status;
}

}  // namespace

WebConnection::WebConnection(tcp::socket socket, WebCore& core)
    : stream_(std::move(socket)),
      core_(core),
      source_(SourceOfPeer(stream_.socket())),
      buffer_(kHeadBytesMax + kBodyBytesMax) {
  if (core_.tls != nullptr) tls_.emplace(stream_, *core_.tls);
}

template <typename Use>
void WebConnection::OnStream(const Use& use) {
  if (tls_.has_value()) {
    use(*tls_);
  } else {
    use(stream_);
  }
}

void WebConnection::Start() {
  if (!tls_.has_value()) return Read();
  stream_.expires_after(kPatience);
  tls_->async_handshake(asio::ssl::stream_base::server,
                        [self = shared_from_this()](error_code error) {
                          if (error) return self->Close();
                          self->Read();
                        });
}

void WebConnection::Read() {
  parser_.emplace();
  parser_->header_limit(kHeadBytesMax);
  parser_->body_limit(kBodyBytesMax);
  idle_ = true;
  stream_.expires_after(kPatience);
  OnStream([this](auto& stream) {
    http::async_read(
        stream, buffer_, *parser_,
        [self = shared_from_this()](error_code error, size_t) { self->Handle(error); });
  });
}

void WebConnection::Tell() {
  if (!reader_.has_value() || writing_) return;
  // The page sees that, asks again, and learns that its session is over.
  if (session_.has_value() && !core_.entrance->IsOpen(*session_)) return Close();
  std::string events = core_.feed.Take(*reader_);
  if (events.empty()) {
    if (core_.clock.Now() - told_ < kSilenceMax) return;
    events = ": nothing new\n\n";
  }
  Send(std::move(events), Then::kTell);
}

void WebConnection::Close() {
  if (reader_.has_value()) core_.feed.Remove(*reader_);
  reader_.reset();
  error_code ignored;
  // NOLINTNEXTLINE(bugprone-unused-return-value): the peer may be gone already
  stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.close();
  core_.connections.erase(shared_from_this());
}

std::string_view WebConnection::Header(std::string_view name) const {
  return View(parser_->get()[beast::string_view(name.data(), name.size())]);
}

void WebConnection::Handle(error_code error) {
  idle_ = false;
  if (error) {
    // Garbage gets an answer, so that a person sees what is wrong.
    const bool malformed =
        error.category() == http::make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message;
    if (!malformed) return Close();
    keep_alive_ = false;
    return Reply({.status = 400, .body = "no request that is understood here\n"});
  }
  const auto& message = parser_->get();
  keep_alive_ = message.keep_alive();
  head_ = message.method() == http::verb::head;
  Follow(Decide({.method = View(message.method_string()),
                 .target = View(message.target()),
                 .host = Header("Host"),
                 .fetch_site = Header("Sec-Fetch-Site"),
                 .origin = Header("Origin"),
                 .content_type = Header("Content-Type")},
                core_.site));
}

void WebConnection::Follow(const Decision& decision) {
  switch (decision.route) {
    case Route::kRefused:
      keep_alive_ = false;
      return Reply({.status = decision.status, .body = decision.what + "\n"});
    case Route::kFile:
      return ReplyFile(decision.what);
    case Route::kAnswer:
      return ReplyAnswer(decision.questions.front());
    case Route::kMetrics:
      return ReplyMetrics();
    case Route::kLive:
      return Listen(decision.questions);
    case Route::kAction:
      return Act(decision.what);
  }
}

void WebConnection::ReplyFile(const std::string& name) {
  if (name == kPageAuthorityFile && !core_.authority.empty()) {
    return Reply({.type = "application/x-x509-ca-cert", .body = core_.authority});
  }
  const Asset* const asset = FindAsset(name);
  if (asset == nullptr) return Reply({.status = 404, .body = "there is no such file\n"});
  Content content{.type = asset->content_type, .etag = asset->etag};
  if (Header("If-None-Match") == asset->etag) {
    content.status = 304;
  } else {
    content.body = asset->text;
  }
  Reply(std::move(content));
}

void WebConnection::ReplyJson(const absl::StatusOr<std::string>& answer) {
  if (answer.ok()) return Reply({.type = kJsonType, .body = *answer});
  Reply({.status = HttpStatus(answer.status().code()),
         .type = kJsonType,
         .body = ErrorJson(answer.status())});
}

void WebConnection::ReplyAnswer(const std::string& question) {
  const std::optional<Sessions::Id> session = core_.entrance->SessionOf(Header("Cookie"));
  if (question == kSessionQuestion) {
    return ReplyJson(core_.entrance->Describe(session, /*may_look=*/!core_.site.open));
  }
  if (core_.site.open && !session.has_value()) return ReplyJson(NotSignedIn());
  stream_.expires_never();
  const bool asked = core_.Ask(
      question, [self = shared_from_this()](const auto& answer) { self->ReplyJson(answer); });
  if (!asked) ReplyJson(TooBusy());
}

void WebConnection::ReplyMetrics() {
  // A Prometheus cannot sign in, so on an open page only one on this machine may ask.
  error_code error;
  const bool local = stream_.socket().remote_endpoint(error).address().is_loopback();
  if (core_.site.open && !local) return ReplyJson(NotSignedIn());
  stream_.expires_never();
  const bool asked =
      core_.AskMetrics([self = shared_from_this()](const absl::StatusOr<std::string>& text) {
        if (!text.ok()) return self->ReplyJson(text.status());
        self->Reply({.type = kMetricsType, .body = *text});
      });
  if (!asked) ReplyJson(TooBusy());
}

void WebConnection::Act(const std::string& action) {
  if (action == kSignIn) return SignIn();
  const std::optional<Sessions::Id> session = core_.entrance->SessionOf(Header("Cookie"));
  if (!session.has_value()) return ReplyJson(NotSignedIn());
  if (action == kSignOut) {
    Admission gone = core_.entrance->SignOut(*session);
    return Reply({.type = kJsonType, .body = gone.body, .cookies = std::move(gone.cookies)});
  }
  if (!core_.entrance->MayAct(*session, Header(kActionToken))) {
    return ReplyJson(absl::PermissionDeniedError("this page may not act: sign in again"));
  }
  stream_.expires_never();
  const bool begun =
      core_.Act(action, std::move(parser_->get().body()),
                [self = shared_from_this()](const auto& answer) { self->ReplyJson(answer); });
  if (!begun) ReplyJson(TooBusy());
}

void WebConnection::SignIn() {
  const absl::Status tried = core_.entrance->Try(source_, Header("Cookie"));
  if (!tried.ok()) return ReplyJson(tried);
  stream_.expires_never();
  const bool begun = core_.CheckPassword(
      std::move(parser_->get().body()),
      [self = shared_from_this()](const absl::StatusOr<int64_t>& version) {
        if (!version.ok()) return self->ReplyJson(version.status());
        Admission in = self->core_.entrance->Admit(self->source_, self->Header("Cookie"), *version);
        self->Reply({.type = kJsonType, .body = in.body, .cookies = std::move(in.cookies)});
      });
  if (!begun) ReplyJson(TooBusy());
}

void WebConnection::Listen(std::vector<std::string> questions) {
  const auto listeners = std::ranges::count_if(
      core_.connections, [](const auto& connection) { return connection->listens(); });
  if (listeners >= WebServer::kListenersMax) {
    keep_alive_ = false;
    return Reply({.status = 503, .body = "too many pages are open\n"});
  }
  session_ = core_.entrance->SessionOf(Header("Cookie"));
  if (core_.site.open && !session_.has_value()) return ReplyJson(NotSignedIn());
  std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
      "Cache-Control: no-store\r\nConnection: close\r\n";
  for (const auto& [name, value] : kHeaders) absl::StrAppend(&head, name, ": ", value, "\r\n");
  // A coordinator that was started again is there within seconds.
  absl::StrAppend(&head, "\r\nretry: 1000\n\n");
  if (head_) return Send(std::move(head), Then::kClose);
  reader_ = core_.feed.Add(std::move(questions));
  AwaitGoodbye();
  Send(std::move(head), Then::kTell);
  core_.Feed();
}

void WebConnection::AwaitGoodbye() {
  stream_.expires_never();
  OnStream([this](auto& stream) {
    stream.async_read_some(asio::buffer(goodbye_),
                           [self = shared_from_this()](error_code, size_t) { self->Close(); });
  });
}

void WebConnection::Send(std::string text, Then then) {
  writing_ = true;
  told_ = core_.clock.Now();
  auto kept = std::make_shared<const std::string>(std::move(text));
  stream_.expires_after(kPatience);
  OnStream([&](auto& stream) {
    asio::async_write(stream, asio::buffer(*kept),
                      [self = shared_from_this(), kept, then](error_code error, size_t) {
                        self->writing_ = false;
                        if (error || then == Then::kClose) return self->Close();
                        self->Tell();
                      });
  });
}

void WebConnection::Reply(Content content) {
  auto response = std::make_shared<http::response<http::string_body>>();
  response->version(11);
  response->result(static_cast<unsigned>(content.status));
  for (const auto& [name, value] : kHeaders) response->set(name, value);
  response->set(http::field::content_type, std::string(content.type));
  response->set(http::field::cache_control, content.etag.empty() ? "no-store" : "no-cache");
  if (!content.etag.empty()) response->set(http::field::etag, content.etag);
  for (const std::string& cookie : content.cookies) {
    response->insert(http::field::set_cookie, cookie);
  }
  if (content.status == 405) response->set(http::field::allow, "GET, HEAD");
  response->keep_alive(keep_alive_);
  const size_t length = content.body.size();
  if (!head_) response->body() = std::move(content.body);
  if (content.status != 304) response->content_length(length);
  stream_.expires_after(kPatience);
  OnStream([&](auto& stream) {
    http::async_write(stream, *response,
                      [self = shared_from_this(), response](error_code error, size_t) {
                        if (error || !self->keep_alive_) return self->Close();
                        self->Read();
                      });
  });
}

}  // namespace motzkin::coordinator::web
