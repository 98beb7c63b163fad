// One client of the page's server. It keeps itself alive while something is under way, and the server's
// set does otherwise; Close() ends both.
//
// Thread-compatible: it runs on the thread of WebCore::io.
#pragma once

#include <absl/status/statusor.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/boot_time.h"
#include "coordinator/web/entrance.h"
#include "coordinator/web/live_feed.h"
#include "coordinator/web/request_rules.h"

namespace motzkin::coordinator::web {

struct WebCore;

class WebConnection : public std::enable_shared_from_this<WebConnection> {
 public:
  WebConnection(boost::asio::ip::tcp::socket socket, WebCore& core);

  // Shakes hands, if there is TLS, and waits for the first request.
  void Start();
  // Sends what this listener has not had yet, unless it still has something to read. Ends it if its
  // session has ended.
  void Tell();
  void Close();

  // Whether no request came yet, or none after the last answer.
  bool idle() const { return idle_ && buffer_.size() == 0; }
  const std::string& source() const { return source_; }
  bool listens() const { return reader_.has_value(); }

 private:
  // A response, before its headers.
  struct Content {
    int status = 200;
    std::string_view type = "text/plain; charset=utf-8";
    std::string body = {};
    std::string etag = {};
    std::vector<std::string> cookies = {};
  };
  enum class Then { kClose, kTell };

  // Calls `use` with the stream that has or is the other one.
  template <typename Use>
  void OnStream(const Use& use);

  // Waits for a request and handles it.
  void Read();
  void Handle(boost::system::error_code error);
  void Follow(const Decision& decision);
  void ReplyFile(const std::string& name);
  void ReplyAnswer(const std::string& question);
  void ReplyMetrics();
  void ReplyJson(const absl::StatusOr<std::string>& answer);
  void Act(const std::string& action);
  void SignIn();
  void Listen(std::vector<std::string> questions);
  // A listener says nothing more, so anything that can be read means that it has gone.
  void AwaitGoodbye();
  void Send(std::string text, Then then);
  void Reply(Content content);
  std::string_view Header(std::string_view name) const;

  boost::beast::tcp_stream stream_;  // has the deadlines, with TLS as well
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
  WebCore& core_;
  const std::string source_;  // whom it is counted with (SourceOf)
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  bool idle_ = true;
  bool keep_alive_ = false;
  bool head_ = false;
  std::optional<LiveFeed::ReaderId> reader_;  // of a listener
  std::optional<Sessions::Id> session_;       // of a listener who is signed in
  bool writing_ = false;
  BootTime told_;
  char goodbye_[64];
};

}  // namespace motzkin::coordinator::web
