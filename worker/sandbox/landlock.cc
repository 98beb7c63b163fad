#include "worker/sandbox/landlock.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/status_macros.h"
#include "common/process/unique_fd.h"

namespace motzkin::sandbox {
namespace {

// Rights that are newer than Debian 12's headers. The kernel refuses a ruleset with bits that it
// does not know, so each is used only from its version on.
constexpr uint64_t kTruncate = 1ull << 14;     // version 3
constexpr uint64_t kDeviceIoctl = 1ull << 15;  // version 5
constexpr uint64_t kRefer = 1ull << 13;        // version 2
constexpr uint64_t kScopeSignals = 1ull << 1;  // version 6

// landlock_ruleset_attr as of version 6. The size that is passed tells the kernel which version it
// is: version 1 has the first field alone.
struct Ruleset {
  uint64_t files = 0;
  uint64_t net = 0;  // The filter refuses all sockets.
  uint64_t scopes = 0;
};

constexpr uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

// A handled right is denied unless a rule grants it, so all rights that the kernel knows are
// handled.
uint64_t HandledRights(int abi) {
  uint64_t rights =
      LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
      LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
      LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
      LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
      LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (abi >= 2) rights |= kRefer;
  if (abi >= 3) rights |= kTruncate;
  // Version 4 added rights of networks, in a field that the ruleset below leaves out: the system
  // call filter refuses sockets.
  if (abi >= 5) rights |= kDeviceIoctl;
  return rights;
}

absl::Status Allow(int ruleset, const std::string& path, uint64_t rights = kRead) {
  // READ_DIR on a plain file would make the kernel refuse the rule.
  UniqueFd target(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat about;
  if (!target.valid() || fstat(target.get(), &about) != 0) return absl::OkStatus();
  landlock_path_beneath_attr rule = {};
  rule.parent_fd = target.get();
  rule.allowed_access = S_ISDIR(about.st_mode) ? rights : rights & ~LANDLOCK_ACCESS_FS_READ_DIR;
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("landlock: allow ", path));
  }
  return absl::OkStatus();
}

}  // namespace

int LandlockAbi() {
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

absl::Status EnterLandlock(const std::vector<std::string>& readable) {
  const int abi = LandlockAbi();
  if (abi == 0) return absl::UnavailableError("this kernel has no Landlock");
  const bool keeps_signals_in = abi >= kLandlockSignalsAbi;
  const Ruleset handled = {.files = HandledRights(abi),
                           .scopes = keeps_signals_in ? kScopeSignals : 0};
  const size_t size = keeps_signals_in ? sizeof(handled) : sizeof(handled.files);
  UniqueFd ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, size, 0)));
  if (!ruleset.valid()) return absl::ErrnoToStatus(errno, "landlock_create_ruleset");
  for (const std::string& path : readable) RETURN_IF_ERROR(Allow(ruleset.get(), path));
  RETURN_IF_ERROR(Allow(ruleset.get(), "/dev/null",
                        LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE));
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return absl::ErrnoToStatus(errno, "no_new_privs");
  }
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return absl::ErrnoToStatus(errno, "landlock_restrict_self");
  }
  return absl::OkStatus();
}

}  // namespace motzkin::sandbox
