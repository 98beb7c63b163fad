// The part of the page's server that its connections share. web_server.h is the whole.
//
// Thread-compatible: all of it runs on the one thread of `io`, but for what `tasks` run.
#pragma once

#include <absl/status/statusor.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "common/base/clock.h"
#include "coordinator/service/task_queue.h"
#include "coordinator/web/action_api.h"
#include "coordinator/web/entrance.h"
#include "coordinator/web/live_feed.h"
#include "coordinator/web/request_rules.h"
#include "coordinator/web/web_api.h"

namespace motzkin::coordinator::web {

class WebConnection;

struct WebCore {
  using Use = std::function<void(absl::StatusOr<std::string>)>;

  // Answers the question on another thread; `use` is called on ours. False: too many wait.
  bool Ask(const std::string& question, Use use);
  bool AskMetrics(Use use);
  // The same for an action.
  bool Act(const std::string& action, std::string body, Use use);
  // Looks whether the body of a request to sign in has the password.
  bool CheckPassword(std::string body, std::function<void(absl::StatusOr<int64_t>)> use);
  // Asks what is due, and sends what is known.
  void Feed();
  // Takes a client in, unless there are too many and none makes room.
  void Welcome(boost::asio::ip::tcp::socket socket);
  // Whether there are fewer than `most` connections, of this source or, with an empty one, in all; or
  // one of them could be closed.
  bool MakeRoom(const std::string& source, int most);

  boost::asio::io_context io{1};
  const SystemClock clock;
  Site site;
  // With TLS: what new connections are made with, and what the owner may have his browser trust.
  std::shared_ptr<boost::asio::ssl::context> tls;
  std::string authority;
  std::set<std::shared_ptr<WebConnection>> connections;
  LiveFeed feed{[](const std::string& question) { return WebApi::Refresh(question); }};
  // The rest is there once the server was started.
  std::unique_ptr<WebApi> api;
  std::unique_ptr<ActionApi> actions;
  std::unique_ptr<Entrance> entrance;
  std::unique_ptr<TaskQueue> view_tasks;
  std::unique_ptr<TaskQueue> row_tasks;
  std::unique_ptr<TaskQueue> action_tasks;
  std::unique_ptr<TaskQueue> password_tasks;
};

}  // namespace motzkin::coordinator::web
