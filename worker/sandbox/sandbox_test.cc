#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "common/process/child_process.h"
#include "tests/support/temporary_directory.h"
#include "worker/sandbox/bubblewrap.h"
#include "worker/sandbox/landlock.h"
#include "worker/sandbox/level.h"
#include "worker/sandbox/limits.h"
#include "worker/sandbox/seccomp_filter.h"

namespace motzkin::sandbox {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(60);

// Runs `body` in a forked child. Returns its result as the child's exit code, or 128 + n for signal
// n.
int InChild(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Returns the errno of a call that must fail; 0 if it succeeded.
template <typename Result>
int ErrorOf(Result result) {
  return result < 0 ? errno : 0;
}

class FilterTest : public ::testing::Test {
 protected:
  // Returns the exit code of `body` under the leaf filter, on top of the integrator's as in
  // production.
  static int InLeaf(LeafFiles files, const std::function<int()>& body) {
    const FilterProgram outer = IntegratorFilter().value();
    const FilterProgram inner = LeafFilter(files).value();
    return InChild([&] {
      if (InstallFilter(outer) != 0 || InstallFilter(inner) != 0) return 99;
      return body();
    });
  }
  static int InIntegrator(const std::function<int()>& body) {
    const FilterProgram program = IntegratorFilter().value();
    return InChild([&] { return InstallFilter(program) != 0 ? 99 : body(); });
  }
};

TEST_F(FilterTest, IntegratorHasNoSockets) {
  EXPECT_EQ(InIntegrator([] { return ErrorOf(socket(AF_INET, SOCK_STREAM, 0)); }), EPERM);
  EXPECT_EQ(InIntegrator([] { return ErrorOf(socket(AF_UNIX, SOCK_STREAM, 0)); }), EPERM);
  int pair[2];
  EXPECT_EQ(InIntegrator([&] { return ErrorOf(socketpair(AF_UNIX, SOCK_STREAM, 0, pair)); }),
            EPERM);
}

TEST_F(FilterTest, IntegratorCannotLeaveItsGroupOrTraceOrMakeNamespaces) {
  EXPECT_EQ(InIntegrator([] { return ErrorOf(setsid()); }), EPERM);
  EXPECT_EQ(InIntegrator([] { return ErrorOf(setpgid(0, 0)); }), EPERM);
  EXPECT_EQ(InIntegrator([] { return ErrorOf(ptrace(PTRACE_TRACEME, 0, 0, 0)); }), EPERM);
  EXPECT_EQ(InIntegrator([] { return ErrorOf(unshare(CLONE_NEWUSER)); }), EPERM);
  EXPECT_EQ(
      InIntegrator([] { return ErrorOf(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)); }),
      EPERM);
  EXPECT_EQ(InIntegrator([] { return ErrorOf(syscall(SYS_clone3, nullptr, 0)); }), ENOSYS);
}

TEST_F(FilterTest, IntegratorCanForkAndExec) {
  EXPECT_EQ(InIntegrator([] {
              const pid_t child = fork();
              if (child == 0) {
                execl("/bin/sh", "sh", "-c", "exit 5", nullptr);
                _exit(1);
              }
              int status = 0;
              waitpid(child, &status, 0);
              return WEXITSTATUS(status);
            }),
            5);
}

TEST_F(FilterTest, LeafStartsNoProcess) {
  EXPECT_EQ(InLeaf(LeafFiles::kRead, [] { return ErrorOf(fork()); }), EPERM);
  // NOLINTNEXTLINE(*.vfork,*.Vfork,bugprone-unsafe-functions): it has to be refused.
  EXPECT_EQ(InLeaf(LeafFiles::kRead, [] { return ErrorOf(vfork()); }), EPERM);
  EXPECT_EQ(InLeaf(LeafFiles::kRead, [] { return ErrorOf(execl("/bin/true", "true", nullptr)); }),
            EPERM);
}

TEST_F(FilterTest, LeafSignalsNobody) {
  const pid_t tester = getpid();
  EXPECT_EQ(InLeaf(LeafFiles::kRead, [&] { return ErrorOf(kill(tester, SIGTERM)); }), EPERM);
  EXPECT_EQ(InLeaf(LeafFiles::kRead,
                   [&] { return ErrorOf(syscall(SYS_tgkill, tester, tester, SIGTERM)); }),
            EPERM);
  EXPECT_EQ(
      InLeaf(LeafFiles::kRead, [&] { return ErrorOf(fcntl(STDIN_FILENO, F_SETOWN, tester)); }),
      EPERM);
}

TEST_F(FilterTest, LeafWithoutFilesOpensNone) {
  EXPECT_EQ(InLeaf(LeafFiles::kNone, [] { return ErrorOf(open("/dev/null", O_RDONLY)); }), EPERM);
}

TEST_F(FilterTest, LeafThatMayReadCannotWrite) {
  EXPECT_EQ(InLeaf(LeafFiles::kRead, [] { return ErrorOf(open("/dev/null", O_RDONLY)); }), 0);
  for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC}) {
    EXPECT_EQ(InLeaf(LeafFiles::kRead, [&] { return ErrorOf(open("/dev/null", flags, 0600)); }),
              EPERM)
        << flags;
  }
  EXPECT_EQ(InLeaf(LeafFiles::kRead, [] { return ErrorOf(unlink("/no/such/file")); }), EPERM);
}

TEST_F(FilterTest, LeafComputesAndAllocates) {
  EXPECT_EQ(InLeaf(LeafFiles::kNone,
                   [] {
                     std::vector<char> big(64 << 20, 1);
                     return big[12345] == 1 ? 0 : 1;
                   }),
            0);
}

TEST_F(FilterTest, AbortEndsALeafAllTheSame) {
  EXPECT_NE(InLeaf(LeafFiles::kNone, []() -> int { abort(); }), 0);
}

TEST(LimitsTest, LeafThatAllocatesTooMuchIsRefusedMemory) {
  if (!LimitsMemory()) GTEST_SKIP() << "a sanitizer's build";
  EXPECT_EQ(InChild([] {
              LeafLimits limits;
              limits.memory_bytes = 256 << 20;
              if (LimitLeaf(limits) != 0) return 99;
              void* memory = malloc(512u << 20);
              return memory == nullptr ? 7 : 0;
            }),
            7);
}

TEST(LimitsTest, LeafThatComputesBeyondItsSecondsIsKilledByTheKernel) {
  EXPECT_EQ(InChild([] {
              LeafLimits limits;
              limits.memory_bytes = 1 << 30;
              limits.cpu_seconds = 1;
              if (LimitLeaf(limits) != 0) return 99;
              volatile bool endless = true;
              while (endless) {
              }
              return 0;
            }),
            128 + SIGKILL);
}

TEST(LimitsTest, IntegratorLeavesNoCoreFileAndOffersItselfToTheOutOfMemoryKiller) {
  EXPECT_EQ(InChild([] {
              if (LimitIntegrator() != 0 || OfferToOutOfMemoryKiller() != 0) return 99;
              rlimit core;
              getrlimit(RLIMIT_CORE, &core);
              std::ifstream score("/proc/self/oom_score_adj");
              int value = 0;
              score >> value;
              return core.rlim_max == 0 && value == 1000 ? 0 : 1;
            }),
            0);
}

TEST(LimitsTest, IdlePriorityYieldsToOtherSessionsToo) {
  if (access("/proc/self/autogroup", W_OK) != 0) GTEST_SKIP() << "this kernel has no autogroups";
  const auto session_is_last = [] {
    setsid();
    if (UseIdlePriority() != 0 || sched_getscheduler(0) != SCHED_IDLE) return 1;
    std::string line;
    std::getline(std::ifstream("/proc/self/autogroup"), line);
    return line.ends_with(" nice 19") ? 0 : 2;
  };
  EXPECT_EQ(InChild(session_is_last), 0);
}

TEST(LimitsTest, RootBecomesNobody) {
  EXPECT_EQ(InChild([] {
              if (DropRoot() != 0) return 99;
              return geteuid() == 0 || setuid(0) == 0 ? 1 : 0;
            }),
            0);
}

TEST(LandlockTest, OnlyListedFoldersCanBeRead) {
  if (LandlockAbi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  // Installing it sets no_new_privs, which Landlock needs.
  const FilterProgram program = IntegratorFilter().value();
  const auto restricted = [&](const std::function<int()>& body) {
    return InChild([&] {
      if (InstallFilter(program) != 0) return 98;
      if (!EnterLandlock({"/usr", "/no/such/folder"}).ok()) return 99;
      return body();
    });
  };
  EXPECT_EQ(restricted([] { return ErrorOf(open("/usr/bin/env", O_RDONLY)); }), 0);
  EXPECT_EQ(restricted([] { return ErrorOf(open("/etc/passwd", O_RDONLY)); }), EACCES);
  EXPECT_EQ(restricted([] { return ErrorOf(open("/", O_RDONLY | O_DIRECTORY)); }), EACCES);
  // The names must be new, as others may use /tmp.
  const test::TemporaryDirectory directory;
  const std::string name = directory.path() / "new";
  EXPECT_EQ(restricted([&] { return ErrorOf(open(name.c_str(), O_WRONLY | O_CREAT, 0600)); }),
            EACCES);
  EXPECT_EQ(restricted([&] { return ErrorOf(mkdir(name.c_str(), 0700)); }), EACCES);
}

class BubblewrapTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (ProbeSandbox({"/bin/true"}).level != Level::kFull) GTEST_SKIP() << "no bubblewrap here";
    if (unprivileged() && geteuid() != 0) GTEST_SKIP() << "covered by the other parameter";
  }
  static bool unprivileged() { return GetParam(); }

  // Starts a script inside bubblewrap; where the test is root it runs as root and as `nobody`.
  static ChildProcess Start(const std::string& script, std::vector<int> descriptors = {}) {
    BubblewrapSpec spec;
    spec.bubblewrap = FindBubblewrap();
    std::vector<std::string> argv = BubblewrapCommand(spec);
    argv.insert(argv.end(), {"/bin/bash", "-c", script});
    SpawnOptions options;
    options.environment = {"PATH=/usr/bin:/bin"};
    options.inherited_descriptors = std::move(descriptors);
    if (unprivileged()) options.before_exec = DropRoot;
    return ChildProcess::Spawn(argv, options).value();
  }
  static std::string Output(const std::string& script) {
    ChildProcess child = Start("{ " + script + "; } 2>&1");
    return ReadAll(child.output().get(), 1 << 20, Deadline::After(kPatience)).value_or("no end");
  }
};

TEST_P(BubblewrapTest, NothingOfTheUserIsVisible) {
  const std::string root = Output("ls -a /");
  for (const char* name : {"home", "root", "proc", "sys", "var", "run", "mnt", "opt"}) {
    EXPECT_THAT(root, Not(HasSubstr(name))) << root;
  }
  EXPECT_THAT(Output("cat /etc/passwd"), HasSubstr("No such file"));
}

TEST_P(BubblewrapTest, NothingCanBeWritten) {
  for (const char* path : {"/new", "/tmp/new", "/dev/new", "/usr/new"}) {
    EXPECT_THAT(Output(std::string(": > ") + path), HasSubstr("Read-only file system")) << path;
  }
}

TEST_P(BubblewrapTest, AServerOnThisMachineCannotBeReached) {
  UniqueFd server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_GE(server.get(), 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(server.get(), 1), 0);
  socklen_t size = sizeof(address);
  getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const std::string port = std::to_string(ntohs(address.sin_port));
  EXPECT_THAT(Output("echo > /dev/tcp/127.0.0.1/" + port), HasSubstr("refused"));
}

TEST_P(BubblewrapTest, NoProcessOutlivesAKill) {
  // Every process inside holds the pipe's write end, so end of file means that the last one has
  // died.
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  UniqueFd read_end(ends[0]), write_end(ends[1]);
  {
    ChildProcess child =
        Start("trap '' TERM; (setsid sleep 1000 &) ; setsid bash -c 'echo up; sleep 1000'",
              {write_end.get()});
    write_end.Reset();
    char byte;
    pollfd up = {child.output().get(), POLLIN, 0};
    ASSERT_EQ(poll(&up, 1, 60'000), 1);
    ASSERT_EQ(read(child.output().get(), &byte, 1), 1);
    EXPECT_EQ(read(read_end.get(), &byte, 1), -1) << "still alive";
  }
  EXPECT_EQ(ReadAll(read_end.get(), 10, Deadline::After(kPatience)).value_or("still alive"), "");
}

TEST_P(BubblewrapTest, NoCapabilityIsLeft) {
  EXPECT_THAT(Output("id -u; mount -t tmpfs none /tmp"),
              testing::AllOf(HasSubstr("65534"), HasSubstr("mount:")));
}

INSTANTIATE_TEST_SUITE_P(AsRootAndAsNobody, BubblewrapTest, ::testing::Bool());

TEST(LevelTest, NamesAreInTheOrderOfTheLevels) {
  for (const Level level : {Level::kNone, Level::kWeak, Level::kBasic, Level::kFull}) {
    EXPECT_EQ(kLevels[static_cast<size_t>(level)].second, level);
  }
}

TEST(LevelTest, ACommandThatFailsInsideBubblewrapMeansLessThanFullWithTheReason) {
  const Probe probe = ProbeSandbox({"/bin/false"});
  if (!probe.seccomp) GTEST_SKIP() << "no system call filters here";
  EXPECT_EQ(probe.level, LandlockAbi() > 0 ? Level::kBasic : Level::kWeak);
  EXPECT_THAT(probe.reason, HasSubstr("bubblewrap"));
  EXPECT_THAT(probe.ToString(), HasSubstr(std::string(LevelName(probe.level)) + " (seccomp"));
}

}  // namespace
}  // namespace motzkin::sandbox
