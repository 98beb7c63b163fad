// The cookies of the page. None can be read by a script or is sent with what another site asks.
//
// Thread-safe.
#pragma once

#include <absl/time/time.h>

#include <string>
#include <string_view>

namespace motzkin::coordinator::web {

// The names with TLS begin with __Host-, by which a browser takes them from no other host and over
// TLS alone.
std::string SessionCookie(bool tls);
// Says that the owner has signed in in this browser before (GuessLimit).
std::string BrowserCookie(bool tls);

// Returns the value of the first cookie with this name in a header "a=1; b=2"; empty without one.
std::string_view CookieIn(std::string_view header, std::string_view name);

// Returns the value of Set-Cookie. With a life of zero the browser forgets the cookie.
std::string SetCookie(std::string_view name, std::string_view value, absl::Duration life, bool tls);

}  // namespace motzkin::coordinator::web
