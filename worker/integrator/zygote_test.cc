// A zygote that is a program of its own, here in Python. Engines that are not linked into the
// integrator are added in this way.
#include "worker/integrator/zygote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/integrator/engines/zygote_engine.h"
#include "worker/integrator/leaf_run.h"

namespace motzkin::integrator {
namespace {

using ::testing::HasSubstr;

// Speaks the protocol of zygote.h. The input is Python that runs in the leaf, and the value that it
// assigns to `answer` is the answer.
constexpr char kZygote[] = R"python(
import ctypes, os, resource, sys
command, status, answers = map(int, os.environ["MOTZKIN_ZYGOTE"].split(","))
program = os.read(int(os.environ["MOTZKIN_LEAF_FILTER"]), 1 << 16)
commands = os.fdopen(command, "rb", buffering=0)
prctl = ctypes.CDLL(None).prctl

class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_char_p)]

def leaf(memory, seconds, source):
    os.close(command); os.close(status)
    prctl(1, 9)  # PR_SET_PDEATHSIG
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    prctl(22, 2, ctypes.byref(Filter(len(program) // 8, program)))  # PR_SET_SECCOMP
    scope = {}
    try:
        exec(source, scope)
    except MemoryError:
        os._exit(77)
    os.write(answers, scope["answer"].encode())
    os._exit(0)

def say(line):
    os.write(status, (line + "\n").encode())

say("ready python " + sys.version.split()[0])
while line := commands.readline():
    words = line.split()
    if words[0] == b"run":
        source = commands.read(int(words[3])) if int(words[3]) else b""
        child = os.fork()
        if child == 0:
            leaf(int(words[1]), int(words[2]), source)
        say(f"pid {child}")
    else:
        _, ended, usage = os.wait4(child, 0)
        say(f"ended {ended} {int((usage.ru_utime + usage.ru_stime) * 1e6)} {usage.ru_maxrss}")
)python";

class ForeignZygoteTest : public ::testing::Test {
 protected:
  ForeignZygoteTest() {
    auto zygote = Zygote::Spawn({"/usr/bin/python3", "-c", kZygote}, {}, sandbox::LeafFiles::kRead);
    EXPECT_TRUE(zygote.ok()) << zygote.status();
    zygote_ = *std::move(zygote);
    const auto version = zygote_->AwaitReady(Deadline::After(absl::Seconds(60)));
    EXPECT_TRUE(version.ok()) << version.status();
    EXPECT_THAT(version.value_or(""), HasSubstr("python 3"));
  }
  LeafRun Run(std::string_view source, absl::Duration cpu = absl::Seconds(20)) {
    EngineLimits limits;
    limits.cpu = cpu;
    limits.memory_bytes = 512 << 20;
    const absl::StatusOr<LeafRun> run = RunLeaf(*zygote_, source, limits);
    EXPECT_TRUE(run.ok()) << run.status();
    return run.value_or(LeafRun{});
  }
  std::unique_ptr<Zygote> zygote_;
};

TEST_F(ForeignZygoteTest, LeavesAnswerOneAfterAnother) {
  for (const char* word : {"one", "two"}) {
    const LeafRun run = Run(std::string("answer = '") + word + "'");
    EXPECT_EQ(run.end, LeafEnd::kExited);
    EXPECT_EQ(run.code, 0);
    EXPECT_EQ(run.output, word);
    EXPECT_GT(run.rss_kb, 1000);
  }
}

TEST_F(ForeignZygoteTest, BudgetHoldsForLeavesThatAreNotOurChildren) {
  const LeafRun run = Run("while True: pass", absl::Milliseconds(100));
  EXPECT_EQ(run.end, LeafEnd::kCpuBudget);
  EXPECT_GE(run.cpu, absl::Milliseconds(100));
  EXPECT_LT(run.cpu, absl::Milliseconds(200));
}

TEST_F(ForeignZygoteTest, OutputOfAKilledLeafIsNotTakenForTheNextOnes) {
  const LeafRun run =
      Run("import os\n"
          "for fd in range(3, 20):\n"
          "  try: os.write(fd, b'stale')\n"
          "  except OSError: pass\n"
          "while True: pass",
          absl::Milliseconds(100));
  EXPECT_EQ(run.end, LeafEnd::kCpuBudget);
  EXPECT_EQ(Run("answer = 'fresh'").output, "fresh");
}

TEST_F(ForeignZygoteTest, MemoryThatIsRefusedIsTold) {
  EXPECT_EQ(Run("answer = 'x' * (1 << 31)").code, kLeafOutOfMemory);
}

TEST_F(ForeignZygoteTest, LeafIsUnderTheFilterItWasHanded) {
  EXPECT_EQ(Run("import os\n"
                "try: os.fork(); answer = 'forked'\n"
                "except PermissionError: answer = 'refused'")
                .output,
            "refused");
}

TEST_F(ForeignZygoteTest, LeafOfAZygoteThatDiesIsKilledAndReaped) {
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);  // The supervisor does this too.
  const absl::StatusOr<Leaf> leaf = zygote_->StartLeaf("while True: pass", {512 << 20, 100});
  ASSERT_TRUE(leaf.ok()) << leaf.status();
  EXPECT_EQ(kill(leaf->pid, 0), 0);
  zygote_.reset();
  EXPECT_EQ(kill(leaf->pid, 0), -1);
}

TEST(ZygoteTest, AProgramThatDoesNotSpeakTheProtocolIsAnError) {
  auto zygote = Zygote::Spawn({"/bin/true"}, {}, sandbox::LeafFiles::kNone);
  ASSERT_TRUE(zygote.ok());
  EXPECT_FALSE((*zygote)->AwaitReady(Deadline::After(absl::Seconds(60))).ok());
}

TEST(ZygoteTest, AProcessThatIsNotOfThisIntegratorIsNotTakenForALeaf) {
  const pid_t stranger = fork();
  if (stranger == 0) {
    setpgid(0, 0);
    while (true) pause();
  }
  setpgid(stranger, stranger);  // Whichever of the two comes first.
  const std::string liar =
      "import os\n"
      "command, status, _ = map(int, os.environ['MOTZKIN_ZYGOTE'].split(','))\n"
      "os.write(status, b'ready 1.0\\n')\n"
      "os.read(command, 256)\n"
      "os.write(status, b'pid " +
      std::to_string(stranger) + "\\n')\n";
  auto zygote = Zygote::Spawn({"/usr/bin/python3", "-c", liar}, {}, sandbox::LeafFiles::kNone);
  ASSERT_TRUE(zygote.ok()) << zygote.status();
  ASSERT_TRUE((*zygote)->AwaitReady(Deadline::After(absl::Seconds(60))).ok());
  EXPECT_EQ((*zygote)->StartLeaf("", {512 << 20, 1}).status().code(), absl::StatusCode::kDataLoss);
  zygote->reset();
  EXPECT_EQ(kill(stranger, SIGKILL), 0) << "it lives";
  waitpid(stranger, nullptr, 0);
}

TEST(ZygoteTest, AZygoteThatNeverGetsWarmIsAnError) {
  auto zygote = Zygote::Spawn({"/bin/sleep", "1000"}, {}, sandbox::LeafFiles::kNone);
  ASSERT_TRUE(zygote.ok());
  EXPECT_EQ((*zygote)->AwaitReady(Deadline::After(absl::Milliseconds(10))).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

// An engine of a program that warms up as `script` of Python does.
class WarmingEngine {
 public:
  WarmingEngine(std::string script, absl::Duration warm_up_max) {
    ZygoteEngineSpec spec;
    spec.name = "warming";
    spec.launch = [script = std::move(script)] {
      return Zygote::Spawn({"/usr/bin/python3", "-c",
                            "import os, select, time\n"
                            "def wait(s): select.select([], [], [], s)\n" +
                                script +
                                "\nos.write(int(os.environ['MOTZKIN_ZYGOTE'].split(',')[1]), "
                                "b'ready 1.0\\n')\nwait(100)"},
                           {}, sandbox::LeafFiles::kNone);
    };
    spec.warm_up_max = warm_up_max;
    engine_ = std::make_unique<ZygoteEngine>(std::move(spec));
  }
  absl::Status Start() { return engine_->Start(); }

 private:
  std::unique_ptr<ZygoteEngine> engine_;
};

TEST(ZygoteEngineTest, AnEngineThatComputesGetsMoreTimeToWarmUp) {
  // It takes one and a half periods, and computes now and then as a starved process does.
  EXPECT_TRUE(WarmingEngine("end = time.monotonic() + 6\n"
                            "while time.monotonic() < end:\n"
                            "  sum(range(100000))\n"
                            "  wait(0.05)",
                            absl::Seconds(4))
                  .Start()
                  .ok());
}

TEST(ZygoteEngineTest, AnEngineThatBlocksGetsNoMoreTime) {
  const absl::Time begun = absl::Now();
  const absl::Status started = WarmingEngine("wait(60)", absl::Seconds(5)).Start();
  EXPECT_EQ(started.code(), absl::StatusCode::kDeadlineExceeded) << started;
  EXPECT_LT(absl::Now() - begun, absl::Seconds(40));
}

}  // namespace
}  // namespace motzkin::integrator
