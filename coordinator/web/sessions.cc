#include "coordinator/web/sessions.h"

#include <absl/strings/escaping.h>

#include <algorithm>
#include <utility>

#include "common/base/sha256.h"
#include "common/identity/key.h"

namespace motzkin::coordinator::web {
namespace {

constexpr size_t kTokenBytes = 32;  // 256 bits

std::string NewToken() { return absl::BytesToHexString(identity::RandomBytes(kTokenBytes)); }

}  // namespace

Sessions::Opened Sessions::Open(int64_t password_version, BootTime now) {
  std::erase_if(sessions_,
                [&](const auto& it) { return !Counts(it.second, password_version, now); });
  if (sessions_.size() >= kMax) {
    sessions_.erase(
        std::ranges::min_element(sessions_, {}, [](const auto& it) { return it.second.used; }));
  }
  Opened opened{.token = NewToken(), .action_token = NewToken()};
  sessions_[++last_] = {.token_hash = Sha256(opened.token),
                        .action_hash = Sha256(opened.action_token),
                        .password_version = password_version,
                        .begun = now,
                        .used = now};
  return opened;
}

// Hashes are compared. A client cannot choose their bytes, so the time tells nothing of the token.
std::optional<Sessions::Id> Sessions::Use(std::string_view token, int64_t password_version,
                                          BootTime now) {
  const std::string hash = Sha256(token);
  for (auto& [id, session] : sessions_) {
    if (session.token_hash != hash) continue;
    if (!Counts(session, password_version, now)) {
      sessions_.erase(id);
      return std::nullopt;
    }
    session.used = now;
    return id;
  }
  return std::nullopt;
}

bool Sessions::IsOpen(Id session, int64_t password_version, BootTime now) const {
  const auto found = sessions_.find(session);
  return found != sessions_.end() && Counts(found->second, password_version, now);
}

bool Sessions::MayAct(Id session, std::string_view action_token) const {
  const auto found = sessions_.find(session);
  return found != sessions_.end() && found->second.action_hash == Sha256(action_token);
}

bool Sessions::Counts(const Session& session, int64_t password_version, BootTime now) const {
  return session.password_version == password_version && now - session.used < idle_ &&
         now - session.begun < kLife;
}

}  // namespace motzkin::coordinator::web
