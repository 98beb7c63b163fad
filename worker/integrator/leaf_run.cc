#include "worker/integrator/leaf_run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "common/base/status_macros.h"
#include "worker/integrator/budget_watch.h"

namespace motzkin::integrator {
namespace {

// RLIMIT_CPU is this much above the budget, so that the clock that we watch decides.
constexpr int64_t kSpareCpuSeconds = 2;

sandbox::LeafLimits LimitsOf(const EngineLimits& limits) {
  return {limits.memory_bytes, absl::ToInt64Seconds(limits.cpu) + kSpareCpuSeconds};
}

// Reads everything that is in the pipe now. Returns false if more than `bytes_max` have come in
// all.
bool Drain(int fd, std::string& output, size_t bytes_max) {
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    if (output.size() + static_cast<size_t>(got) > bytes_max) return false;
    output.append(buffer.data(), static_cast<size_t>(got));
  }
}

// Watches the leaf until it is dead or must be killed.
LeafEnd Watch(const Leaf& leaf, int answers, const EngineLimits& limits, std::string& output) {
  BudgetWatch watch(leaf.pid, limits.cpu);
  while (true) {
    // The zygote holds the pipe of answers open, too, so a leaf that closes its end cannot make
    // this loop spin.
    std::array<pollfd, 2> polled = {pollfd{answers, POLLIN, 0},
                                    pollfd{leaf.pidfd.get(), POLLIN, 0}};
    const timespec wait = absl::ToTimespec(watch.UntilNextCheck());
    ppoll(polled.data(), polled.size(), &wait, nullptr);
    if (!Drain(answers, output, limits.answer_bytes)) return LeafEnd::kTooLong;
    // The budget comes before the end: a leaf that died past its budget is over it, no matter what
    // it wrote.
    switch (watch.Check()) {
      case BudgetWatch::Verdict::kCpuBudget:
        return LeafEnd::kCpuBudget;
      case BudgetWatch::Verdict::kStalled:
        return LeafEnd::kStalled;
      case BudgetWatch::Verdict::kGoOn:
        break;
    }
    if (polled[1].revents != 0) {
      // Output that it wrote after our last read is still in the pipe.
      return Drain(answers, output, limits.answer_bytes) ? LeafEnd::kExited : LeafEnd::kTooLong;
    }
  }
}

// Empties the pipe, so that bytes of a killed leaf are not taken for those of the next one.
void DiscardRest(int answers) {
  std::string rest;
  while (!Drain(answers, rest, 1 << 20)) rest.clear();
}

}  // namespace

absl::StatusOr<LeafRun> RunLeaf(Zygote& zygote, std::string_view input,
                                const EngineLimits& limits) {
  const absl::Duration zygote_before = zygote.Cpu();
  ASSIGN_OR_RETURN(const Leaf leaf, zygote.StartLeaf(input, LimitsOf(limits)));
  LeafRun run;
  run.end = Watch(leaf, zygote.answers(), limits, run.output);
  if (run.end != LeafEnd::kExited) {
    // A pidfd cannot hit another process, even if the zygote broke the protocol and reaped the
    // leaf.
    syscall(SYS_pidfd_send_signal, leaf.pidfd.get(), SIGKILL, nullptr, 0u);
  }
  ASSIGN_OR_RETURN(const LeafUsage usage, zygote.Reap());
  // The leaf is dead, so nothing more can come after this.
  DiscardRest(zygote.answers());
  run.cpu = usage.cpu;
  run.zygote_cpu = zygote.Cpu() - zygote_before;
  run.rss_kb = usage.rss_kb;
  // The leaf may have ended by itself between two checks, after its budget.
  if (run.end == LeafEnd::kExited && run.cpu >= limits.cpu) run.end = LeafEnd::kCpuBudget;
  if (run.end != LeafEnd::kExited) return run;
  if (WIFSIGNALED(usage.wait_status)) {
    run.end = LeafEnd::kSignalled;
    run.code = WTERMSIG(usage.wait_status);
  } else {
    run.code = WEXITSTATUS(usage.wait_status);
  }
  return run;
}

}  // namespace motzkin::integrator
