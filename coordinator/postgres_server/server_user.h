// Chooses the user that the private Postgres runs as. It is our own user, unless we are root:
// Postgres refuses to run as root, so it runs as an unprivileged user then.
#pragma once

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace motzkin::coordinator {

struct ServerUser {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  // True if we run as someone else (root) and must become this user.
  bool other = false;
};

// Returns the owner of `data_directory` if that exists. If not, returns our own user, or `postgres`
// or `nobody` if we are root. FAILED_PRECONDITION: the directory belongs to root, or it belongs to
// another user and we are not root.
absl::StatusOr<ServerUser> ChooseServerUser(const std::string& data_directory);

// Whether `user` may enter `path` and every directory above it.
bool CanEnter(const ServerUser& user, const std::string& path);

// Returns a function for SpawnOptions::before_exec that becomes `user`, then asks the kernel for
// `death_signal` when the coordinator dies. The order matters, because the kernel forgets that wish
// when the user changes. `user` must outlive the spawn.
std::function<int()> BecomeUser(const ServerUser& user, int death_signal);

}  // namespace motzkin::coordinator
