// Who the private Postgres runs as: ourselves, or an unprivileged user where we are root, whom
// Postgres refuses.
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
  // We are root and must become this user.
  bool other = false;
};

// The owner of `data_directory` if it exists, else `postgres` or `nobody` for root, else ourselves.
// FAILED_PRECONDITION: the directory is root's, or someone else's and we are not root.
absl::StatusOr<ServerUser> ChooseServerUser(const std::string& data_directory);

// Whether `user` may enter every directory on the way to `path` and `path` itself.
bool CanEnter(const ServerUser& user, const std::string& path);

// For SpawnOptions::before_exec: becomes `user` (which must outlive the spawn), then asks the
// kernel for SIGINT when the coordinator dies; in this order, since a change of user forgets that
// wish.
std::function<int()> BecomeUser(const ServerUser& user);

}  // namespace motzkin::coordinator
