// Promise: no process of an integrator signals, limits or slows down other processes of its user,
// such as the worker, the coordinator and Postgres.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/process/descriptors.h"
#include "tests/sandbox/hostile_sandbox.h"
#include "worker/sandbox/landlock.h"
#include "worker/sandbox/limits.h"

namespace motzkin::worker {
namespace {

// A process outside of the sandbox that belongs to the user of the integrator.
class Victim {
 public:
  Victim() {
    PipeEnds ready = OpenPipe().value();
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      // Root's integrator gives up root, too.
      if (sandbox::DropRoot() != 0 || !WriteAll(ready.write.get(), "r").ok()) _exit(1);
      while (true) pause();
    }
    ready.write.Reset();
    char byte;
    EXPECT_EQ(read(ready.read.get(), &byte, 1), 1);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  bool lives() const {
    siginfo_t ended = {};
    return waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
  }

 private:
  pid_t pid_ = -1;
};

class OtherProcessesTest : public SandboxTest {};

MOTZKIN_IN_BOTH_SANDBOXES(OtherProcessesTest);

TEST_P(OtherProcessesTest, AreOutOfReachOfEnginesAndLeaves) {
  for (const char* engine : {kLeaf, kReader, kZygote}) {
    const Victim victim;
    EXPECT_EQ(Commit(engine, Misdeed::kManageProcess, victim.pid()), "") << engine;
    EXPECT_TRUE(victim.lives()) << engine;
  }
}

// The supervisor kills its own processes, and so needs a call that could reach others. Bubblewrap
// and new kernels keep it from that.
TEST_P(OtherProcessesTest, AreOutOfReachOfTheSupervisorWhereTheKernelCanTell) {
  const Victim victim;
  const bool kernel_tells =
      GetParam() == Level::kFull || sandbox::LandlockAbi() >= sandbox::kLandlockSignalsAbi;
  EXPECT_EQ(Commit(kSupervisor, Misdeed::kManageProcess, victim.pid()),
            kernel_tells ? "" : "pidfd_send_signal ");
  EXPECT_TRUE(victim.lives() || !kernel_tells);
}

}  // namespace
}  // namespace motzkin::worker
