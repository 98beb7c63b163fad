// The way in: it knows the sessions and the tries, and hands out the cookies.
//
// Thread-compatible, but for Check().
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "coordinator/service/page_password.h"
#include "coordinator/web/guess_limit.h"
#include "coordinator/web/sessions.h"

namespace motzkin::coordinator::web {

// The answer to a page that has signed in or out.
struct Admission {
  std::string body;  // JSON
  std::vector<std::string> cookies;
};

class Entrance {
 public:
  struct Options {
    bool tls = false;
    absl::Duration idle;  // a session ends when it was not used for so long
  };
  // Both must outlive this.
  Entrance(const PagePassword& password, const Clock& clock, const Options& options)
      : password_(password), clock_(clock), options_(options), sessions_(options.idle) {}

  // Returns the session of a request with this header Cookie, and counts the request as a use of it.
  std::optional<Sessions::Id> SessionOf(std::string_view cookies);
  bool IsOpen(Sessions::Id session) const;
  bool MayAct(Sessions::Id session, std::string_view action_token) const {
    return sessions_.MayAct(session, action_token);
  }
  // Returns in JSON what a page has to know before it shows itself.
  // `may_look` is whether it may without having signed in.
  std::string Describe(std::optional<Sessions::Id> session, bool may_look) const;

  // Signing in has three steps, of which the second takes long and may run on another thread.
  //
  // Counts a try. FAILED_PRECONDITION: there is no password. RESOURCE_EXHAUSTED: there were too many,
  // and the message says after what time to try again.
  absl::Status Try(const std::string& source, std::string_view cookies);
  // Returns what Admit() wants. INVALID_ARGUMENT: the body is no {"password": "..."}.
  // UNAUTHENTICATED: it is another one.
  absl::StatusOr<int64_t> Check(const std::string& body) const;
  Admission Admit(const std::string& source, std::string_view cookies, int64_t password_version);

  Admission SignOut(Sessions::Id session);

 private:
  const PagePassword& password_;
  const Clock& clock_;
  const Options options_;
  Sessions sessions_;
  GuessLimit guesses_;
};

}  // namespace motzkin::coordinator::web
