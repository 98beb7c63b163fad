#include "coordinator/web/request_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace motzkin::coordinator::web {
namespace {

using ::testing::ElementsAre;

Decision Get(std::string_view target, std::string_view host = "localhost:8080",
             std::string_view fetch_site = "") {
  return Decide({.method = "GET", .target = target, .host = host, .fetch_site = fetch_site}, {});
}

// A request to act as the page itself sends it.
Request Post(std::string_view target) {
  return {.method = "POST",
          .target = target,
          .host = "localhost:8080",
          .fetch_site = "same-origin",
          .origin = "http://localhost:8080",
          .content_type = "application/json"};
}

TEST(RequestRulesTest, ThisMachineHasItsNamesAndAddressesWithAnyPort) {
  for (const char* host :
       {"localhost", "localhost:1234", "127.0.0.1:8080", "[::1]", "[::1]:8080"}) {
    EXPECT_EQ(Get("/", host).route, Route::kFile) << host;
  }
}

TEST(RequestRulesTest, AnyOtherNameIsRefused) {
  for (const char* host : {"", ":", "evil.example", "evil.example:8080", "127.0.0.1.evil.example",
                           "localhost.evil.example:8080", "192.168.1.5:8080", "0.0.0.0:8080"}) {
    const Decision decision = Get("/", host);
    EXPECT_EQ(decision.route, Route::kRefused) << host;
    EXPECT_EQ(decision.status, 403) << host;
  }
}

TEST(RequestRulesTest, APageThatIsOpenHasItsNamesAndAnyAddress) {
  const Site site{.tls = true, .open = true, .names = {"pi", "pi.local"}};
  const auto get = [&](std::string_view host) {
    return Decide({.method = "GET", .target = "/", .host = host}, site).status;
  };
  for (const char* host : {"pi:8080", "PI.local", "localhost:8080", "192.168.1.5:8080",
                           "[fd00::5]:8080", "[::1]", "127.0.0.1"}) {
    EXPECT_EQ(get(host), 200) << host;
  }
  for (const char* host : {"", "evil.example", "pi.evil.example", "192.168.1.5.evil.example",
                           "pi.local.", "[evil]", "1.2.3:80"}) {
    EXPECT_EQ(get(host), 403) << host;
  }
}

TEST(RequestRulesTest, AnotherSiteMayLinkToThePageAndGetsNoAnswers) {
  EXPECT_EQ(Get("/", "localhost", "cross-site").route, Route::kFile);
  EXPECT_EQ(Get("/api/GetStatus", "localhost", "cross-site").status, 403);
  EXPECT_EQ(Get("/live?q=GetStatus", "localhost", "same-site").status, 403);
  EXPECT_EQ(Get("/api/GetStatus", "localhost", "same-origin").route, Route::kAnswer);
  EXPECT_EQ(Get("/api/GetStatus", "localhost", "none").route, Route::kAnswer);
}

TEST(RequestRulesTest, NothingButLookingAndActingIsAllowed) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "get"}) {
    EXPECT_EQ(
        Decide({.method = method, .target = "/api/GetStatus", .host = "localhost"}, {}).status,
        405);
  }
  for (const char* target : {"/", "/live", "/api/", "/api/Session", "/api/VoidRows"}) {
    EXPECT_EQ(Decide(Post(target), {}).status, 405) << target;
  }
}

TEST(RequestRulesTest, OnlyThePageItselfActs) {
  const Decision decision = Decide(Post("/api/ControlJob"), {});
  EXPECT_EQ(decision.route, Route::kAction);
  EXPECT_EQ(decision.what, "ControlJob");
  for (const char* origin :
       {"", "null", "http://evil.example", "http://localhost:8081", "https://localhost:8080",
        "http://localhost", "http://127.0.0.1:8080"}) {
    Request request = Post("/api/ControlJob");
    request.origin = origin;
    EXPECT_EQ(Decide(request, {}).status, 403) << origin;
  }
  for (const char* fetch_site : {"cross-site", "same-site"}) {
    Request request = Post("/api/SignIn");
    request.fetch_site = fetch_site;
    EXPECT_EQ(Decide(request, {}).status, 403) << fetch_site;
  }
  // Forms of other sites send these without asking.
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded"}) {
    Request request = Post("/api/SignIn");
    request.content_type = type;
    EXPECT_EQ(Decide(request, {}).status, 415) << type;
  }
  Request secure = Post("/api/SignOut");
  secure.origin = "https://localhost:8080";
  EXPECT_EQ(Decide(secure, {.tls = true}).route, Route::kAction);
  EXPECT_EQ(Decide(Post("/api/SignOut"), {.tls = true}).status, 403);
}

TEST(RequestRulesTest, QuestionsAreTakenFromTheAddress) {
  EXPECT_THAT(Get("/api/ListJobs?page_size=2").questions, ElementsAre("ListJobs?page_size=2"));
  EXPECT_THAT(Get("/live?q=GetStatus&q=ListJobs%3Fsearch%3Da%2526b").questions,
              ElementsAre("GetStatus", "ListJobs?search=a%26b"));
}

TEST(RequestRulesTest, QuestionsAreFewAndShort) {
  EXPECT_EQ(Get("/live").status, 400);
  EXPECT_EQ(Get("/live?q=a&q=b&q=c&q=d&q=e&q=f&q=g").status, 400);
  EXPECT_EQ(Get("/live?q=" + std::string(600, 'x')).status, 400);
  EXPECT_EQ(Get("/live?question=GetStatus").status, 400);
  EXPECT_EQ(Get("/live?q=%2").status, 400);
  EXPECT_EQ(Get("/api/" + std::string(600, 'x')).status, 414);
}

}  // namespace
}  // namespace motzkin::coordinator::web
