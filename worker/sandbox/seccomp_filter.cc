#include "worker/sandbox/seccomp_filter.h"

#include <absl/strings/str_cat.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <initializer_list>
#include <memory>

#include "common/base/status_macros.h"
#include "common/process/unique_fd.h"

namespace motzkin::sandbox {
namespace {

struct Release {
  void operator()(void* context) const { seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

// Collects rules and remembers the first error, so that a list of rules needs no check on each
// line.
class Rules {
 public:
  explicit Rules(uint32_t default_action) : context_(seccomp_init(default_action)) {
    if (context_ == nullptr) error_ = ENOMEM;
  }

  void Add(uint32_t action, std::initializer_list<int> calls) {
    for (const int call : calls) AddWhere(action, call, {});
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
constexpr uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                                     CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP;

void AllowComputing(Rules& rules) {
  rules.Add(SCMP_ACT_ALLOW, {SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write),
                             SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat),
                             SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(poll),
                             SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6)});
  rules.Add(SCMP_ACT_ALLOW,
            {SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
             SCMP_SYS(madvise), SCMP_SYS(membarrier), SCMP_SYS(futex), SCMP_SYS(sched_yield),
             SCMP_SYS(sched_getaffinity), SCMP_SYS(arch_prctl), SCMP_SYS(rseq),
             SCMP_SYS(set_robust_list), SCMP_SYS(getrandom)});
  rules.Add(SCMP_ACT_ALLOW,
            {SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
             SCMP_SYS(sigaltstack), SCMP_SYS(setitimer), SCMP_SYS(getitimer), SCMP_SYS(alarm),
             SCMP_SYS(pause), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
             SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group)});
  rules.Add(SCMP_ACT_ALLOW,
            {SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid),
             SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(clock_gettime),
             SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times),
             SCMP_SYS(getrusage), SCMP_SYS(getrlimit), SCMP_SYS(uname), SCMP_SYS(sysinfo)});
  // It may read its own limits, but neither set them nor look at those of others.
  rules.AddWhere(
      SCMP_ACT_ALLOW, SCMP_SYS(prlimit64),
      // NOLINTNEXTLINE(clang-diagnostic-missing-field-initializers): libseccomp's macros.
      {SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A2(SCMP_CMP_EQ, 0)});
  // Any other command is refused; F_SETOWN, for one, would let it send signals.
  for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL}) {
    rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
                   {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, static_cast<uint64_t>(command))});
  }
  // isatty(). Programs ask it about every stream, and Lisps are confused by an error that is not
  // ENOTTY.
  rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
                 {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TCGETS)});
}

// UBSan probes with a pipe whether memory can be read, and reports a refusal as a fault of ours.
// This is harmless: bytes in such a pipe can only come out in the same process.
void AllowSanitizers(Rules& rules) { rules.Add(SCMP_ACT_ALLOW, {SCMP_SYS(pipe), SCMP_SYS(pipe2)}); }

void AllowReadingFiles(Rules& rules) {
  // O_TMPFILE contains O_DIRECTORY, with which it is legal to open a directory for reading.
  constexpr uint64_t kChanges = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);
  rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(open), {SCMP_A1(SCMP_CMP_MASKED_EQ, kChanges, O_RDONLY)});
  rules.AddWhere(SCMP_ACT_ALLOW, SCMP_SYS(openat),
                 {SCMP_A2(SCMP_CMP_MASKED_EQ, kChanges, O_RDONLY)});
  rules.Add(SCMP_ACT_ALLOW,
            {SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
             SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
             SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(getdents64)});
}

}  // namespace

absl::StatusOr<FilterProgram> IntegratorFilter() {
  Rules rules(SCMP_ACT_ALLOW);
  rules.Add(kRefuse, {SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
                      SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4)});
  rules.Add(kRefuse, {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
                      SCMP_SYS(process_madvise), SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp)});
  rules.Add(kRefuse,
            {SCMP_SYS(setsid), SCMP_SYS(setpgid), SCMP_SYS(unshare), SCMP_SYS(setns),
             SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(mount), SCMP_SYS(umount2),
             SCMP_SYS(open_tree), SCMP_SYS(move_mount), SCMP_SYS(fsopen), SCMP_SYS(fsmount)});
  rules.Add(kRefuse, {SCMP_SYS(bpf),
                      SCMP_SYS(perf_event_open),
                      SCMP_SYS(userfaultfd),
                      SCMP_SYS(io_uring_setup),
                      SCMP_SYS(io_uring_enter),
                      SCMP_SYS(io_uring_register),
                      SCMP_SYS(keyctl),
                      SCMP_SYS(add_key),
                      SCMP_SYS(request_key),
                      SCMP_SYS(syslog),
                      SCMP_SYS(open_by_handle_at),
                      SCMP_SYS(fanotify_init),
                      SCMP_SYS(kexec_load),
                      SCMP_SYS(init_module),
                      SCMP_SYS(finit_module),
                      SCMP_SYS(delete_module),
                      SCMP_SYS(reboot),
                      SCMP_SYS(swapon),
                      SCMP_SYS(swapoff),
                      SCMP_SYS(acct),
                      SCMP_SYS(quotactl),
                      SCMP_SYS(settimeofday),
                      SCMP_SYS(clock_settime)});
  // Characters that are pushed into a terminal count as typed by its user.
  rules.AddWhere(kRefuse, SCMP_SYS(ioctl), {SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI)});
  // A masked comparison tests for all bits of its mask, so each flag needs a rule of its own.
  for (uint64_t flag = 1; flag != 0 && flag <= kNamespaceFlags; flag <<= 1) {
    if ((flag & kNamespaceFlags) == 0) continue;
    rules.AddWhere(kRefuse, SCMP_SYS(clone), {SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)});
  }
  // The flags of clone3() are behind a pointer that a filter cannot follow. With ENOSYS the C
  // library falls back to clone().
  rules.Add(SCMP_ACT_ERRNO(ENOSYS), {SCMP_SYS(clone3)});
  return rules.Compile();
}

absl::StatusOr<FilterProgram> LeafFilter(LeafFiles files) {
  Rules rules(kRefuse);
  AllowComputing(rules);
  AllowSanitizers(rules);
  if (files == LeafFiles::kRead) AllowReadingFiles(rules);
  return rules.Compile();
}

int InstallFilter(const FilterProgram& program) {
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
