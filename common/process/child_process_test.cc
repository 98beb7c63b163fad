#include "common/process/child_process.h"

#include <absl/strings/numbers.h>
#include <absl/strings/strip.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/process/descriptors.h"

namespace motzkin {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

ChildProcess Shell(const std::string& script, SpawnOptions options = {}) {
  options.environment.push_back("PATH=/usr/bin:/bin");
  absl::StatusOr<ChildProcess> child = ChildProcess::Spawn({"/bin/sh", "-c", script}, options);
  EXPECT_TRUE(child.ok()) << child.status();
  return *std::move(child);
}

std::string Output(ChildProcess& child) {
  absl::StatusOr<std::string> out =
      ReadAll(child.output().get(), 1 << 20, Deadline::After(kPatience));
  EXPECT_TRUE(out.ok()) << out.status();
  return out.value_or("");
}

std::string Line(ChildProcess& child) {
  std::string line;
  char c;
  const Deadline deadline = Deadline::After(kPatience);
  while (!deadline.Passed()) {
    const ssize_t got = read(child.output().get(), &c, 1);
    if (got == 0 || (got == 1 && c == '\n')) return line;
    if (got == 1) line.push_back(c);
  }
  ADD_FAILURE() << "no line";
  return line;
}

bool Runs(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(stat, line)) return false;
  const char state = line[line.rfind(')') + 2];
  return state != 'Z' && state != 'X';
}

bool BecomesGone(pid_t pid) {
  const Deadline deadline = Deadline::After(kPatience);
  while (Runs(pid)) {
    if (deadline.Passed()) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(ChildProcessTest, InputOutputAndExitCodeCrossThePipes) {
  ChildProcess child = Shell("read word; echo got $word; exit 7");
  ASSERT_EQ(write(child.input().get(), "hello\n", 6), 6);
  EXPECT_EQ(Output(child), "got hello\n");
  const ExitStatus status = child.Wait(Deadline::After(kPatience)).value();
  EXPECT_EQ(status.code, 7);
  EXPECT_EQ(status.ToString(), "exit code 7");
  EXPECT_EQ(child.Wait(Deadline::After(kPatience))->code, 7) << "every later call says the same";
}

TEST(ChildProcessTest, MissingProgramIsAStatusThatNamesIt) {
  const auto child = ChildProcess::Spawn({"/no/such/program"});
  EXPECT_EQ(child.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(child.status().message(), HasSubstr("/no/such/program"));
}

TEST(ChildProcessTest, FailureBeforeExecFailsTheSpawn) {
  SpawnOptions options;
  options.before_exec = [] { return EPERM; };
  EXPECT_EQ(ChildProcess::Spawn({"/bin/true"}, options).status().code(),
            absl::StatusCode::kPermissionDenied);
  options.before_exec = nullptr;
  options.working_directory = "/no/such/directory";
  EXPECT_EQ(ChildProcess::Spawn({"/bin/true"}, options).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(ChildProcessTest, ChildInheritsNoDescriptorButThoseListed) {
  // Many libraries open their files without O_CLOEXEC, as is done here.
  UniqueFd secret(open("/dev/zero", O_RDONLY));
  UniqueFd given(open("/dev/full", O_RDONLY));
  SpawnOptions options;
  options.inherited_descriptors = {given.get()};
  ChildProcess child = Shell("exec ls -l /proc/self/fd", options);
  const std::string listing = Output(child);
  EXPECT_THAT(listing, ::testing::Not(HasSubstr("/dev/zero")));
  EXPECT_THAT(listing, HasSubstr("/dev/full"));
}

TEST(ChildProcessTest, ChildMayHaveAsManyDescriptorsAsItsParentMightBeforeItRaisedThat) {
  rlimit limits = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limits), 0);
  limits.rlim_cur = 200;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limits), 0);
  RaiseDescriptorLimit();
  EXPECT_EQ(DescriptorLimit(), limits.rlim_max);
  ChildProcess child = Shell("ulimit -n");
  EXPECT_EQ(Output(child), "200\n");
}

TEST(ChildProcessTest, ChildGetsOnlyTheEnvironmentAndDirectoryAskedFor) {
  setenv("MOTZKIN_TEST_SECRET", "1", 1);
  SpawnOptions options;
  options.environment = {"COLOUR=blue"};
  options.working_directory = "/usr";
  ChildProcess child = Shell("pwd; env", options);
  const std::string output = Output(child);
  EXPECT_THAT(output, HasSubstr("/usr\n"));
  EXPECT_THAT(output, HasSubstr("COLOUR=blue"));
  EXPECT_THAT(output, ::testing::Not(HasSubstr("SECRET")));
}

TEST(ChildProcessTest, ErrorStreamCanBeCapturedOrAppendedToAFile) {
  SpawnOptions options;
  options.error = Stream::kPipe;
  ChildProcess captured = Shell("echo oops >&2", options);
  EXPECT_EQ(ReadAll(captured.error().get(), 100, Deadline::After(kPatience)).value(), "oops\n");

  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("child_process_test." + std::to_string(getpid()));
  options.error = Stream::kFile;
  options.error_file = file;
  for (const char* word : {"one", "two"}) {
    Shell(std::string("echo ") + word + " >&2", options)
        .Wait(Deadline::After(kPatience))
        .IgnoreError();
  }
  std::ifstream in(file);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(text, "one\ntwo\n");
  std::filesystem::remove(file);
}

TEST(ChildProcessTest, BlockedSignalsOfTheParentReachTheChild) {
  sigset_t blocked, old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &old);
  ChildProcess child = Shell("echo ready; exec sleep 1000");
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  EXPECT_EQ(Line(child), "ready");
  child.Signal(SIGTERM);
  EXPECT_EQ(child.Wait(Deadline::After(kPatience))->signal, SIGTERM);
}

TEST(ChildProcessTest, ChildCanLeadASessionOfItsOwn) {
  SpawnOptions options;
  options.own_session = true;
  ChildProcess child = Shell("echo up; exec sleep 1000", options);
  EXPECT_EQ(Line(child), "up");
  EXPECT_EQ(getsid(child.pid()), child.pid());
  EXPECT_EQ(getpgid(child.pid()), child.pid());
}

TEST(ChildProcessTest, WaitGivesUpAtItsDeadline) {
  ChildProcess child = Shell("exec sleep 1000");
  EXPECT_EQ(child.Wait(Deadline::After(absl::Milliseconds(20))).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(ChildProcessTest, DestructorKillsTheGroupEvenIfItIgnoresSigterm) {
  pid_t leader = 0, member = 0;
  {
    ChildProcess child = Shell("trap '' TERM; sleep 1000 & echo $!; wait");
    leader = child.pid();
    ASSERT_TRUE(absl::SimpleAtoi(Line(child), &member));
    EXPECT_TRUE(Runs(member));
  }
  EXPECT_EQ(kill(leader, 0), -1) << "killed and reaped";
  EXPECT_TRUE(BecomesGone(member));
}

TEST(ChildProcessTest, GroupOfAChildThatEndedByItselfIsKilled) {
  ChildProcess child = Shell("sleep 1000 & echo $!");
  pid_t member = 0;
  ASSERT_TRUE(absl::SimpleAtoi(Line(child), &member));
  ASSERT_TRUE(child.Wait(Deadline::After(kPatience)).ok());
  EXPECT_TRUE(BecomesGone(member));
}

TEST(ChildProcessTest, ChildDiesWithTheThreadThatSpawnedIt) {
  std::optional<ChildProcess> child;
  std::thread([&] { child.emplace(Shell("exec sleep 1000")); }).join();
  EXPECT_EQ(child->Wait(Deadline::After(kPatience))->signal, SIGKILL);
}

TEST(ChildProcessTest, CpuTimeOfTheChildIsReported) {
  ChildProcess child = Shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
  EXPECT_GT(child.Wait(Deadline::After(kPatience))->cpu, absl::Milliseconds(5));
}

TEST(ChildProcessTest, OutputBeyondItsBoundIsRefused) {
  ChildProcess child = Shell("exec cat /dev/zero");
  EXPECT_EQ(ReadAll(child.output().get(), 100'000, Deadline::After(kPatience)).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(ChildProcessTest, MovedFromObjectOwnsNothing) {
  ChildProcess first = Shell("exec sleep 1000");
  const pid_t pid = first.pid();
  ChildProcess second = std::move(first);
  EXPECT_EQ(second.pid(), pid);
  EXPECT_TRUE(Runs(pid));
  second = Shell("exit 0");
  EXPECT_EQ(second.Wait(Deadline::After(kPatience))->code, 0);
}

}  // namespace
}  // namespace motzkin
