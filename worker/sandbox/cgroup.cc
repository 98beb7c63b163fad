#include "worker/sandbox/cgroup.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "common/base/deadline.h"
#include "common/base/status_macros.h"

namespace motzkin::sandbox {
namespace {

// Processes that were killed leave their group within this time, on a busy machine too.
constexpr absl::Duration kEmptyMax = absl::Seconds(10);

// Files of a cgroup take a whole value in one write.
absl::Status Write(const std::string& file, const std::string& value) {
  const UniqueFd opened(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!opened.valid() || write(opened.get(), value.data(), value.size()) < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(file, ": write ", value));
  }
  return absl::OkStatus();
}

// Returns the folder of this process's cgroup of version 2; empty if there is none.
std::string OwnCgroup() {
  std::string mount;
  // The second one is where systemd puts it beside cgroups of version 1.
  for (const char* candidate : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs about;
    if (statfs(candidate, &about) == 0 && about.f_type == CGROUP2_SUPER_MAGIC) mount = candidate;
  }
  if (mount.empty()) return "";
  std::ifstream groups("/proc/self/cgroup");
  constexpr std::string_view kVersion2 = "0::";
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with(kVersion2)) return mount + line.substr(kVersion2.size());
  }
  return "";
}

// Systemd marks what it delegates. Without the mark the group is another's to change, even if this
// process may.
bool IsDelegated(const std::string& path) {
  char value = '0';
  return getxattr(path.c_str(), "user.delegate", &value, 1) == 1 && value == '1';
}

}  // namespace

int Cgroup::Enter() const { return write(members_.get(), "0", 1) == 1 ? 0 : errno; }

void Cgroup::LimitMemory(int64_t bytes) {
  if (memory_bytes_.exchange(bytes) == bytes) return;
  Write(path_ + "/memory.max", absl::StrCat(bytes)).IgnoreError();  // There may be no such file.
}

void Cgroup::Kill() { Write(path_ + "/cgroup.kill", "1").IgnoreError(); }

Cgroup::~Cgroup() {
  Kill();
  const UniqueFd events(open((path_ + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC));
  const Deadline deadline = Deadline::After(kEmptyMax);
  // A read arms the poll: it wakes when the last process has left.
  char text[256];
  while (pread(events.get(), text, sizeof text, 0) >= 0 && rmdir(path_.c_str()) != 0 &&
         errno == EBUSY && !deadline.Passed()) {
    pollfd changed = {events.get(), POLLPRI, 0};
    poll(&changed, 1, deadline.PollMillis());
  }
}

absl::StatusOr<std::unique_ptr<DelegatedCgroup>> DelegatedCgroup::Take() {
  std::unique_ptr<DelegatedCgroup> taken(new DelegatedCgroup());
  taken->path_ = OwnCgroup();
  if (taken->path_.empty() || !IsDelegated(taken->path_)) {
    return absl::NotFoundError("no cgroup was delegated to this process");
  }
  const std::string own = taken->path_ + "/worker";
  if (mkdir(own.c_str(), 0755) != 0 && errno != EEXIST) return absl::ErrnoToStatus(errno, own);
  RETURN_IF_ERROR(Write(own + "/cgroup.procs", "0"));
  std::string line;
  std::getline(std::ifstream(taken->path_ + "/cgroup.controllers"), line);
  const std::vector<std::string> offered = absl::StrSplit(line, ' ');
  for (const std::string limit : {"memory", "pids"}) {
    if (std::find(offered.begin(), offered.end(), limit) == offered.end()) continue;
    RETURN_IF_ERROR(Write(taken->path_ + "/cgroup.subtree_control", "+" + limit));
    taken->limits_.push_back(limit);
  }
  return taken;
}

absl::StatusOr<std::unique_ptr<Cgroup>> DelegatedCgroup::MakeGroup(int processes_max) const {
  std::unique_ptr<Cgroup> group(new Cgroup());
  // Numbers that an earlier worker left behind are passed over.
  do {
    group->path_ = absl::StrCat(path_, "/integrator-", ++groups_made_);
    errno = 0;
  } while (mkdir(group->path_.c_str(), 0755) != 0 && errno == EEXIST);
  group->members_.Reset(open((group->path_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (!group->members_.valid()) return absl::ErrnoToStatus(errno, group->path_);
  if (std::find(limits_.begin(), limits_.end(), "pids") != limits_.end()) {
    RETURN_IF_ERROR(Write(group->path_ + "/pids.max", absl::StrCat(processes_max)));
  }
  return group;
}

}  // namespace motzkin::sandbox
