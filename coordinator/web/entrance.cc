#include "coordinator/web/entrance.h"

#include <absl/strings/str_cat.h>

#include "coordinator/web/cookies.h"
#include "coordinator/web/json_text.h"

namespace motzkin::coordinator::web {
namespace {

// Browsers forget a cookie after 400 days anyway.
constexpr absl::Duration kBrowserLife = absl::Hours(24 * 400);

}  // namespace

std::optional<Sessions::Id> Entrance::SessionOf(std::string_view cookies) {
  const std::string_view token = CookieIn(cookies, SessionCookie(options_.tls));
  if (token.empty()) return std::nullopt;
  return sessions_.Use(token, password_.version(), clock_.Now());
}

bool Entrance::IsOpen(Sessions::Id session) const {
  return sessions_.IsOpen(session, password_.version(), clock_.Now());
}

std::string Entrance::Describe(std::optional<Sessions::Id> session, bool may_look) const {
  return Dump({{"password_set", password_.exists()},
               {"signed_in", session.has_value()},
               {"may_look", may_look || session.has_value()}});
}

absl::Status Entrance::Try(const std::string& source, std::string_view cookies) {
  if (!password_.exists()) {
    return absl::FailedPreconditionError(
        "the page has no password; on the coordinator's machine type: motzkin web-password");
  }
  const absl::Duration wait =
      guesses_.Try(source, CookieIn(cookies, BrowserCookie(options_.tls)), clock_.Now());
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("too many wrong passwords; try again in ",
                                                   absl::ToInt64Seconds(wait) + 1, " s"));
}

absl::StatusOr<int64_t> Entrance::Check(const std::string& body) const {
  const Json json = Json::parse(body, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("password") || !json["password"].is_string()) {
    return absl::InvalidArgumentError("there is no password");
  }
  const std::optional<int64_t> version = password_.Check(json["password"].get<std::string>());
  if (version.has_value()) return *version;
  return absl::UnauthenticatedError("this is not the password");
}

Admission Entrance::Admit(const std::string& source, std::string_view cookies,
                          int64_t password_version) {
  const std::string browser_cookie = BrowserCookie(options_.tls);
  guesses_.Forgive(source, CookieIn(cookies, browser_cookie));
  const Sessions::Opened opened = sessions_.Open(password_version, clock_.Now());
  return {.body = Dump({{"action_token", opened.action_token}}),
          .cookies = {
              SetCookie(SessionCookie(options_.tls), opened.token, Sessions::kLife, options_.tls),
              SetCookie(browser_cookie, guesses_.Remember(), kBrowserLife, options_.tls)}};
}

Admission Entrance::SignOut(Sessions::Id session) {
  sessions_.End(session);
  return {
      .body = "{}",
      .cookies = {SetCookie(SessionCookie(options_.tls), "", absl::ZeroDuration(), options_.tls)}};
}

}  // namespace motzkin::coordinator::web
