#include "coordinator/web/web_core.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "coordinator/web/json_text.h"
#include "coordinator/web/web_connection.h"
#include "coordinator/web/web_server.h"

namespace motzkin::coordinator::web {

namespace asio = boost::asio;

bool WebCore::Ask(const std::string& question, Use use) {
  TaskQueue& tasks = WebApi::ReadsRows(question) ? *row_tasks : *view_tasks;
  return tasks.Add([this, question, use = std::move(use)] {
    asio::post(io, [use, answer = api->Answer(question)] { use(answer); });
  });
}

bool WebCore::AskMetrics(Use use) {
  return view_tasks->Add([this, use = std::move(use)] {
    asio::post(io, [use, text = api->Metrics()] { use(text); });
  });
}

bool WebCore::Act(const std::string& action, std::string body, Use use) {
  return action_tasks->Add([this, action, body = std::move(body), use = std::move(use)] {
    asio::post(io, [use, answer = actions->Do(action, body)] { use(answer); });
  });
}

bool WebCore::CheckPassword(std::string body, std::function<void(absl::StatusOr<int64_t>)> use) {
  return password_tasks->Add([this, body = std::move(body), use = std::move(use)] {
    asio::post(io, [use, version = entrance->Check(body)] { use(version); });
  });
}

void WebCore::Feed() {
  for (const std::string& question : feed.Due(clock.Now())) {
    const bool asked = Ask(question, [this, question](const absl::StatusOr<std::string>& answer) {
      feed.SetAnswer(question, answer.ok() ? *answer : ErrorJson(answer.status()), clock.Now());
      Feed();
    });
    if (!asked) feed.NotAsked(question);
  }
  // A copy: a listener that has gone leaves the set.
  const std::vector<std::shared_ptr<WebConnection>> all(connections.begin(), connections.end());
  for (const std::shared_ptr<WebConnection>& connection : all) connection->Tell();
}

void WebCore::Welcome(asio::ip::tcp::socket socket) {
  const auto connection = std::make_shared<WebConnection>(std::move(socket), *this);
  // On loopback all are one source.
  if (site.open && !MakeRoom(connection->source(), WebServer::kSourceMax)) return;
  if (!MakeRoom("", WebServer::kConnectionsMax)) return;
  connections.insert(connection);
  connection->Start();
}

bool WebCore::MakeRoom(const std::string& source, int most) {
  const auto counts = [&](const auto& it) { return source.empty() || it->source() == source; };
  if (std::ranges::count_if(connections, counts) < most) return true;
  // A connection that only waits makes room, so that no program can occupy them all for nothing.
  const auto waits =
      std::ranges::find_if(connections, [&](const auto& it) { return counts(it) && it->idle(); });
  if (waits == connections.end()) return false;
  (*waits)->Close();
  return true;
}

}  // namespace motzkin::coordinator::web
