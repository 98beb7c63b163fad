#include "coordinator/web/cookies.h"

#include <absl/strings/str_cat.h>

namespace motzkin::coordinator::web {
namespace {

std::string Named(std::string_view name, bool tls) {
  return absl::StrCat(tls ? "__Host-" : "", std::string(name));
}

}  // namespace

std::string SessionCookie(bool tls) { return Named("motzkin_session", tls); }
std::string BrowserCookie(bool tls) { return Named("motzkin_browser", tls); }

std::string_view CookieIn(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
  }
  return "";
}

std::string SetCookie(std::string_view name, std::string_view value, absl::Duration life,
                      bool tls) {
  return absl::StrCat(std::string(name), "=", std::string(value),
                      "; Path=/; HttpOnly; SameSite=Strict; Max-Age=", absl::ToInt64Seconds(life),
                      tls ? "; Secure" : "");
}

}  // namespace motzkin::coordinator::web
