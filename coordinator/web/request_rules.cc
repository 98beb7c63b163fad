#include "coordinator/web/request_rules.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/host_port.h"
#include "coordinator/service/page_identity.h"
#include "coordinator/web/url_query.h"

namespace motzkin::coordinator::web {
namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kLive = "/live";
constexpr std::string_view kMetrics = "/metrics";
constexpr std::string_view kActions[] = {kSignIn,         kSignOut,     "ApproveWorker",
                                         "ControlWorker", "ControlJob", "StartPreset"};

Decision Refuse(int status, std::string reason) {
  return {.route = Route::kRefused, .status = status, .what = std::move(reason)};
}

// The port does not matter: an ssh tunnel may lead from another one.
bool IsThisMachine(std::string_view host, const Site& site) {
  const size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  if (IsLoopback(host)) return true;
  if (!site.open) return false;
  const std::string name = absl::AsciiStrToLower(WithoutBrackets(host));
  return IsAddress(name) || std::ranges::find(site.names, name) != site.names.end();
}

Decision Live(std::string_view query) {
  const absl::StatusOr<QueryPairs> pairs = ParseQuery(query);
  if (!pairs.ok()) return Refuse(400, std::string(pairs.status().message()));
  Decision decision{.route = Route::kLive};
  for (const auto& [name, value] : *pairs) {
    if (name != "q" || value.size() > kQuestionBytesMax) return Refuse(400, "not a question");
    decision.questions.push_back(value);
  }
  if (decision.questions.empty() || decision.questions.size() > kQuestionsMax) {
    return Refuse(400, "1 to 6 questions");
  }
  return decision;
}

bool IsOwnPage(std::string_view fetch_site) {
  return fetch_site.empty() || fetch_site == "same-origin" || fetch_site == "none";
}

Decision Act(const Request& request, const Site& site) {
  const std::string_view action =
      request.target.starts_with(kApi) ? request.target.substr(kApi.size()) : "";
  if (std::ranges::find(kActions, action) == std::end(kActions)) return Refuse(405, "only GET");
  // Browsers say the origin of each POST.
  const std::string own =
      absl::StrCat(site.tls ? "https://" : "http://", std::string(request.host));
  if (request.origin != own || !IsOwnPage(request.fetch_site)) {
    return Refuse(403, "another site may not act");
  }
  if (!request.content_type.starts_with("application/json")) {
    return Refuse(415, "an action is written in JSON");
  }
  return {.route = Route::kAction, .status = 200, .what = std::string(action)};
}

}  // namespace

Decision Decide(const Request& request, const Site& site) {
  if (!IsThisMachine(request.host, site)) {
    return Refuse(403, site.open
                           ? "the page answers to its addresses and to its own names, which "
                             "--web-names may add to"
                           : "the page answers to localhost and 127.0.0.1, and to no other name");
  }
  if (request.method == "POST") return Act(request, site);
  if (request.method != "GET" && request.method != "HEAD") return Refuse(405, "only GET");
  const size_t mark = request.target.find('?');
  const std::string_view path = request.target.substr(0, mark);
  const std::string_view query =
      mark == std::string_view::npos ? "" : request.target.substr(mark + 1);
  const bool data = path.starts_with(kApi) || path == kLive || path == kMetrics;
  if (!data) {
    if (path == "/") return {.route = Route::kFile, .status = 200, .what = "index.html"};
    return {.route = Route::kFile, .status = 200, .what = std::string(path.substr(1))};
  }
  if (!IsOwnPage(request.fetch_site)) return Refuse(403, "another site may not ask");
  if (path == kLive) return Live(query);
  if (path == kMetrics) return {.route = Route::kMetrics, .status = 200};
  const std::string_view question = request.target.substr(kApi.size());
  if (question.size() > kQuestionBytesMax) return Refuse(414, "a question of more than 512 bytes");
  return {.route = Route::kAnswer, .status = 200, .questions = {std::string(question)}};
}

}  // namespace motzkin::coordinator::web
