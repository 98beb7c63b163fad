#include "worker/sandbox/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace motzkin::sandbox {
namespace {

constexpr uid_t kNobody = 65534;

// Sets both limits, but never above the hard limit in force: raising that needs a capability that
// even root may lack.
int Lower(__rlimit_resource_t resource, rlim_t value) {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0) return errno;
  if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max) value = limit.rlim_max;
  // The hard limit goes down as well, so that the process cannot raise the soft one again.
  limit = {value, value};
  return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

// Gives the caller's session the smallest share beside other sessions (nice 19). Does nothing where
// the kernel has no autogroups or /proc is missing.
int YieldToOtherSessions() {
  // One second in all, in which the kernel takes ten requests.
  constexpr int kTriesMax = 20;
  const int fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  int error = 0;
  for (int i = 0; i < kTriesMax; ++i) {
    error = write(fd, "19", 2) == 2 ? 0 : errno;
    // The kernel limits the rate of these requests, over all processes, with EAGAIN.
    if (error != EAGAIN) break;
    const timespec pause = {.tv_sec = 0, .tv_nsec = 50'000'000};
    nanosleep(&pause, nullptr);
  }
  close(fd);
  return error;
}

}  // namespace

int LimitIntegrator() {
  if (const int error = Lower(RLIMIT_CORE, 0); error != 0) return error;
  return Lower(RLIMIT_NOFILE, 256);
}

bool LimitsMemory() {
// Shadow memory takes terabytes of address space.
#ifdef MOTZKIN_SANITIZE
  return false;
#else
  return true;
#endif
}

int LimitLeaf(const LeafLimits& limits) {
  if (LimitsMemory()) {
    // Linux ignores RLIMIT_RSS, so the address space stands in for memory.
    const int error = Lower(RLIMIT_AS, static_cast<rlim_t>(limits.memory_bytes));
    if (error != 0) return error;
  }
  if (const int error = Lower(RLIMIT_CPU, static_cast<rlim_t>(limits.cpu_seconds)); error != 0) {
    return error;
  }
  // This does not concern pipes, through which the answer goes.
  return Lower(RLIMIT_FSIZE, 0);
}

int OfferToOutOfMemoryKiller() {
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const int error = write(fd, "1000", 4) == 4 ? 0 : errno;
  close(fd);
  return error;
}

int UseIdlePriority() {
  const sched_param parameters = {};
  if (sched_setscheduler(0, SCHED_IDLE, &parameters) != 0) return errno;
  return YieldToOtherSessions();
}

int DropRoot() {
  if (geteuid() != 0) return 0;
  int death_signal = 0;
  prctl(PR_GET_PDEATHSIG, &death_signal);
  // The user goes last: without root the groups could not be changed any more.
  if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0 ||
      setresuid(kNobody, kNobody, kNobody) != 0) {
    // EINVAL: the user namespace does not map `nobody`. EPERM: it forbids setgroups().
    return errno == EINVAL || errno == EPERM ? 0 : errno;
  }
  prctl(PR_SET_PDEATHSIG, death_signal);
  return 0;
}

}  // namespace motzkin::sandbox
