#include "worker/sandbox/seccomp_filter.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/status_macros.h"
#include "common/base/string_view.h"
#include "common/process/unique_fd.h"
#include "system_calls.h"

namespace motzkin::sandbox {
namespace {

struct Release {
  void operator()(void* context) const { seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

// It is IOPRIO_WHO_PROCESS of <linux/ioprio.h>, which calls a parameter `class` in later headers of Debian 12, so that
// C++ cannot read it.
constexpr int kIoprioWhoProcess = 1;

// Collects rules and remembers the first error, so that a list of rules needs no check on each
// line.
class Rules {
 public:
  explicit Rules(uint32_t default_action) : context_(seccomp_init(default_action)) {
    if (context_ == nullptr) error_ = ENOMEM;
  }

  // Adds a rule for every call that is named in `calls`, a file of names with blanks between them
  // and comments that begin with #.
  void Add(uint32_t action, std::string_view calls) {
    for (const absl::string_view line : absl::StrSplit(ToAbsl(calls), '\n')) {
      if (absl::StartsWith(line, "#")) continue;
      for (const absl::string_view name : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
        const int call = seccomp_syscall_resolve_name(std::string(name).c_str());
        // A name without a number is a slip in our file, and must not leave a hole in the filter.
        if (call == __NR_SCMP_ERROR) error_ = EINVAL;
        // A call that this machine lacks, such as open() on arm64, has a negative number here, and
        // libseccomp leaves its rule out.
        AddWhere(action, call, {});
      }
    }
  }
  // Adds a rule for the call with these arguments.
  void AddWhere(uint32_t action, int call, std::initializer_list<scmp_arg_cmp> where) {
    if (error_ != 0) return;
    const int status = seccomp_rule_add_array(context_.get(), action, call,
                                              static_cast<unsigned>(where.size()), where.begin());
    if (status != 0) error_ = -status;
  }

  absl::StatusOr<FilterProgram> Compile() const;

 private:
  Context context_;
  int error_ = 0;
};

absl::StatusOr<FilterProgram> Rules::Compile() const {
  if (error_ != 0) return absl::ErrnoToStatus(error_, "seccomp rule");
  // libseccomp 2.5 can export a filter to a file only. Kept as a program, it can be installed in a
  // child between fork and exec, where seccomp_load(), which allocates, is not safe.
  UniqueFd file(memfd_create("filter", MFD_CLOEXEC));
  if (!file.valid()) return absl::ErrnoToStatus(errno, "memfd_create");
  if (const int status = seccomp_export_bpf(context_.get(), file.get()); status != 0) {
    return absl::ErrnoToStatus(-status, "seccomp_export_bpf");
  }
  const off_t size = lseek(file.get(), 0, SEEK_END);
  FilterProgram program(static_cast<size_t>(size) / sizeof(sock_filter));
  if (program.empty() || pread(file.get(), program.data(), static_cast<size_t>(size), 0) != size) {
    return absl::InternalError("the compiled filter could not be read back");
  }
  return program;
}

constexpr uint32_t kRefuse = SCMP_ACT_ERRNO(EPERM);

// The flags of clone() that make namespaces. The low byte of the flags is a signal.
// CLONE_NEWTIME lies in that byte, so clone() cannot take it; unshare() and clone3() are refused.
constexpr uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                     CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

// Refuses to change limits, priorities and processors of another process, which is named by its
// number; 0 is the caller. The numbers of one's own processes cannot be told from those of others.
void RefuseToManageOthers(Rules& rules) {
  for (const int call :
       {SCMP_SYS(prlimit64), SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam),
        SCMP_SYS(sched_setattr), SCMP_SYS(sched_setaffinity)}) {
    rules.AddWhere(kRefuse, call, {SCMP_A0(SCMP_CMP_NE, 0)});
  }
  // The first argument says whether the second one is a process, a group or a user.
  rules.AddWhere(kRefuse, SCMP_SYS(setpriority), {SCMP_A0(SCMP_CMP_NE, PRIO_PROCESS)});
  rules.AddWhere(kRefuse, SCMP_SYS(setpriority), {SCMP_A1(SCMP_CMP_NE, 0)});
  rules.AddWhere(kRefuse, SCMP_SYS(ioprio_set), {SCMP_A0(SCMP_CMP_NE, kIoprioWhoProcess)});
  rules.AddWhere(kRefuse, SCMP_SYS(ioprio_set), {SCMP_A1(SCMP_CMP_NE, 0)});
  // The kernel signals the owner of a file when the file becomes ready.
  for (const int command : {F_SETOWN, F_SETOWN_EX, F_SETSIG}) {
    rules.AddWhere(kRefuse, SCMP_SYS(fcntl),
                   {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, static_cast<uint64_t>(command))});
  }
}

void AllowComputing(Rules& rules) {
  rules.Add(SCMP_ACT_ALLOW, system_calls::kLeafCalls);
  // It may read its own limits, but neither set them nor look at those of others.
  rules.AddWhere(
      SCMP_ACT_ALLOW, SCMP_SYS(prlimit64),
      // NOLINTNEXTLINE(clang-diagnostic-missing-field-initializers): libseccomp's macros.
      {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)});
  // Any other command is refused. F_SETOWN would let it send signals. The flags that F_SETFL sets
  // belong to the open file, which a leaf shares with the leaves after it: a pipe that no longer
  // blocks would cut their answers. The kernel reads the command as an int, so
  // the upper half of the register may hold anything.
  for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL}) {
    rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
                   {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, static_cast<uint64_t>(command))});
  }
  // isatty(). Programs ask it about every stream, and Lisps are confused by an error that is not
  // ENOTTY.
  rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
                 {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TCGETS)});
}

void AllowReadingFiles(Rules& rules) {
  // O_TMPFILE contains O_DIRECTORY, with which it is legal to open a directory for reading.
  constexpr uint64_t kChanges = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
  rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(open), {SCMP_A1(SCMP_CMP_MASKED_EQ, kChanges, O_RDONLY)});
  rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(openat),
                 {SCMP_A2(SCMP_CMP_MASKED_EQ, kChanges, O_RDONLY)});
  // openat2() stays refused: its flags are behind a pointer, where a filter cannot see them.
  rules.Add(SCMP_ACT_ALLOW, system_calls::kLeafFileCalls);
}

}  // namespace

absl::StatusOr<FilterProgram> IntegratorFilter() {
  // This is a list of refusals, because engines are programs with needs of their own. The processes
  // that run a job's input get a list of what is allowed: LeafFilter().
  Rules rules(SCMP_ACT_ALLOW);
  rules.Add(kRefuse, system_calls::kRefusedCalls);
  RefuseToManageOthers(rules);
  // Characters that are pushed into a terminal count as typed by its user.
  // The mask is needed: the kernel ignores the upper 32 bits of a request, so one with a bit set
  // there would pass an exact comparison and still be TIOCSTI.
  rules.AddWhere(kRefuse, SCMP_SYS(ioctl), {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI)});
  // A masked comparison tests for all bits of its mask, so each flag needs a rule of its own.
  for (uint64_t flag = 1; flag != 0 && flag <= kNamespaceFlags; flag <<= 1) {
    if ((flag & kNamespaceFlags) == 0) continue;
    rules.AddWhere(kRefuse, SCMP_SYS(clone), {SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)});
  }
  // The flags of clone3() are behind a pointer that a filter cannot follow. With ENOSYS the C
  // library falls back to clone().
  rules.Add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  return rules.Compile();
}

absl::StatusOr<FilterProgram> ZygoteFilter() {
  Rules rules(SCMP_ACT_ALLOW);
  rules.Add(kRefuse, "pidfd_open pidfd_send_signal");
  return rules.Compile();
}

absl::StatusOr<FilterProgram> LeafFilter(LeafFiles files) {
  Rules rules(kRefuse);
  AllowComputing(rules);
  if (files == LeafFiles::kRead) AllowReadingFiles(rules);
  return rules.Compile();
}

int InstallFilter(const FilterProgram& program) {
  // Without this the kernel takes filters from root only.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  sock_fprog filter = {static_cast<unsigned short>(program.size()),
                       const_cast<sock_filter*>(program.data())};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? 0 : errno;
}

bool FiltersWork() {
  // With a null program the kernel answers EFAULT if it has filters, and EINVAL if it has none.
  const bool kernel = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, nullptr) != 0 && errno == EFAULT;
  return kernel && LeafFilter(LeafFiles::kNone).ok();
}

}  // namespace motzkin::sandbox
