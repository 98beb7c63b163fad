// Decides what becomes of an HTTP request before anything is done for it. These rules keep web pages
// of others, which the owner's browser may show, from asking and acting in his name:
//
//   - The Host has to be a name of this machine. A page whose name was made to point to this machine
//     (DNS rebinding) sends its own name.
//   - A browser says if another site asks (Sec-Fetch-Site). Such a site may link to the page, and
//     gets no answers.
//   - GET and HEAD have no side effect. An action is a POST of JSON, which a browser sends for no other
//     site without asking first, and says by its Origin that it comes from the page itself.
//
// Entrance decides after these rules who may look and who may act.
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace motzkin::coordinator::web {

// How browsers reach the page.
struct Site {
  bool tls = false;
  // Other machines reach it: nothing is told to who is not signed in, and these names count beside
  // those of loopback. Any IP address counts, too, as no site's name is one.
  bool open = false;
  std::vector<std::string> names = {};  // in lower case
};

// The parts of a request that matter. A header that is missing is empty.
struct Request {
  std::string_view method;
  std::string_view target;  // "/api/GetStatus?page_size=1"
  std::string_view host;
  std::string_view fetch_site = {};  // Sec-Fetch-Site
  std::string_view origin = {};
  std::string_view content_type = {};
};

enum class Route {
  kFile,    // `what` is the name of an asset
  kAnswer,  // questions[0] is to be answered once
  kMetrics,
  kLive,    // all questions, for as long as the client listens
  kAction,  // `what` is the name of the action; its body says the rest
  kRefused,
};

struct Decision {
  Route route = Route::kRefused;
  int status = 400;  // of a refusal, with its reason in `what`
  std::string what = {};
  std::vector<std::string> questions = {};
};

// So much of the page is shown at a time, and so long is a search text with all around it.
inline constexpr size_t kQuestionsMax = 6;
inline constexpr size_t kQuestionBytesMax = 512;

// The question and the actions that are about the asker himself.
inline constexpr std::string_view kSessionQuestion = "Session";
inline constexpr std::string_view kSignIn = "SignIn";
inline constexpr std::string_view kSignOut = "SignOut";

Decision Decide(const Request& request, const Site& site);

}  // namespace motzkin::coordinator::web
