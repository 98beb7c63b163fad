// Knows who is signed in on the page. A session is opened by the password and has two secrets, of which
// the hashes are kept here:
//
//   - The token is in a cookie, which no script can read. It lets its holder look.
//   - The action token is told once, to the page that signed in, which adds it to each action. A
//     browser adds it to nothing by itself, so another site cannot act through the owner's browser;
//     and a program on another port of the same host, to which a browser shows the same cookies,
//     cannot act either.
//
// Both are in memory alone: a restart of the coordinator ends all sessions, and so does a new password.
// No I/O and no clock.
//
// Thread-compatible.
#pragma once

#include <absl/time/time.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/boot_time.h"

namespace motzkin::coordinator::web {

class Sessions {
 public:
  using Id = int64_t;
  // So many browsers of a home may be signed in. One more ends the session that was used least
  // lately.
  static constexpr size_t kMax = 32;
  // A session ends after this time, however much it is used.
  static constexpr absl::Duration kLife = absl::Hours(24 * 30);

  // A session ends when it was not used for `idle`.
  explicit Sessions(absl::Duration idle) : idle_(idle) {}

  struct Opened {
    std::string token;  // 64 hexadecimal digits, as the next one
    std::string action_token;
  };
  // Opens a session that counts for as long as the password is of this version.
  Opened Open(int64_t password_version, BootTime now);

  // Returns the session with this token, and counts that as a use of it. Nothing if there is none, or
  // it has ended.
  std::optional<Id> Use(std::string_view token, int64_t password_version, BootTime now);
  // Whether the session goes on. This is no use of it.
  bool IsOpen(Id session, int64_t password_version, BootTime now) const;
  bool MayAct(Id session, std::string_view action_token) const;
  void End(Id session) { sessions_.erase(session); }

 private:
  struct Session {
    std::string token_hash;
    std::string action_hash;
    int64_t password_version = 0;
    BootTime begun;
    BootTime used;
  };
  bool Counts(const Session& session, int64_t password_version, BootTime now) const;

  const absl::Duration idle_;
  std::map<Id, Session> sessions_;  // at most kMax
  Id last_ = 0;
};

}  // namespace motzkin::coordinator::web
