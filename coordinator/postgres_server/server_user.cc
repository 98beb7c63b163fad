#include "coordinator/postgres_server/server_user.h"

#include <errno.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace motzkin::coordinator {
namespace {

ServerUser UserOf(const passwd& entry) {
  ServerUser user{.name = entry.pw_name, .uid = entry.pw_uid, .gid = entry.pw_gid, .groups = {}};
  int count = 64;
  do {
    user.groups.resize(count);
    // If they do not fit, it says in `count` how many they are.
  } while (getgrouplist(entry.pw_name, entry.pw_gid, user.groups.data(), &count) < 0);
  user.groups.resize(count);
  user.other = geteuid() != entry.pw_uid;
  return user;
}

// `gid` is for a user of whom only the number is known, as in a container whose passwd file does not
// have its user.
ServerUser UserById(uid_t uid, gid_t gid) {
  if (const passwd* entry = getpwuid(uid)) return UserOf(*entry);
  return {.name = fmt::format("{}", uid),
          .uid = uid,
          .gid = gid,
          .groups = {},
          .other = geteuid() != uid};
}

bool IsRoot() { return geteuid() == 0; }

}  // namespace

absl::StatusOr<ServerUser> ChooseServerUser(const std::string& data_directory) {
  // The owner of existing data comes first: the server runs as the user that it ran as before, even
  // if root starts it this time.
  struct stat data;
  if (stat(data_directory.c_str(), &data) == 0) {
    if (data.st_uid == 0) {
      return absl::FailedPreconditionError(fmt::format(
          "{0} belongs to root, and Postgres refuses to run as root: chown -R postgres: {0}",
          data_directory));
    }
    if (!IsRoot() && data.st_uid != geteuid()) {
      return absl::FailedPreconditionError(
          fmt::format("{} belongs to user {}: start the coordinator as that user or as root, or "
                      "give it another directory",
                      data_directory, UserById(data.st_uid, data.st_gid).name));
    }
    // Its own group and not ours: if root starts the server, that would be the group of root.
    return UserById(data.st_uid, data.st_gid);
  }
  if (!IsRoot()) return UserById(geteuid(), getegid());
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name)) return UserOf(*entry);
  }
  return absl::FailedPreconditionError(
      "Postgres refuses to run as root, and there is no user `postgres` or `nobody` to run it as");
}

bool CanEnter(const ServerUser& user, const std::string& path) {
  if (!user.other) return true;
  for (std::filesystem::path at = path;; at = at.parent_path()) {
    struct stat status;
    if (stat(at.c_str(), &status) != 0) return false;
    // The kernel uses one of the three classes only: an owner without the right to search is
    // refused even if all others have it.
    mode_t search = S_IXOTH;
    if (std::find(user.groups.begin(), user.groups.end(), status.st_gid) != user.groups.end())
      search = S_IXGRP;
    if (status.st_uid == user.uid) search = S_IXUSR;
    if ((status.st_mode & search) == 0) return false;
    if (at == at.root_path()) return true;
  }
}

std::function<int()> BecomeUser(const ServerUser& user, int death_signal) {
  // These are plain system calls. libc's versions make all threads change their user, and take
  // locks for that which another thread may have held at the fork. The groups go first and the user
  // last, because only root may change them.
  return [&user, death_signal]() -> int {
    if (user.other) {
      if (syscall(SYS_setgroups, user.groups.size(), user.groups.data()) != 0) return errno;
      if (syscall(SYS_setresgid, user.gid, user.gid, user.gid) != 0) return errno;
      if (syscall(SYS_setresuid, user.uid, user.uid, user.uid) != 0) return errno;
    }
    return prctl(PR_SET_PDEATHSIG, death_signal) == 0 ? 0 : errno;
  };
}

}  // namespace motzkin::coordinator
