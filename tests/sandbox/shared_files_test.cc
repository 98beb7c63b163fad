// Promise: a leaf changes nothing that later leaves of its zygote use: neither the pipe of answers,
// whose end they share, nor a file in memory.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/process/unique_fd.h"
#include "tests/sandbox/hostile_sandbox.h"
#include "tests/support/wait_for.h"
#include "worker/slots/testing/process_census.h"

namespace motzkin::worker {
namespace {

namespace fs = std::filesystem;

class SharedFilesTest : public SandboxTest {};

MOTZKIN_IN_BOTH_SANDBOXES(SharedFilesTest);

TEST_P(SharedFilesTest, PipeOfAnswersStaysAsItIs) {
  for (const char* engine : {kLeaf, kReader}) {
    // This answer is longer than the pipe holds.
    const std::string before = Ask(engine, Misdeed::kAnswerParentheses).steps(0).message();
    EXPECT_EQ(Commit(engine, Misdeed::kChangePipe), "") << engine;
    EXPECT_EQ(Ask(engine, Misdeed::kAnswerParentheses).steps(0).message(), before) << engine;
  }
}

std::string FirstLine(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file), line);
  return line;
}

// Returns the value of a field such as "PPid:" in the status of process `pid`; empty if it is gone.
std::string Status(const std::string& pid, const std::string& field) {
  std::ifstream status("/proc/" + pid + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return line.substr(line.find_last_of("\t ") + 1);
  }
  return "";
}

// Returns the process that is a leaf of the program `name`, once it has locked itself in. Leaves are
// the only processes of that name whose parent has it too, and that have a filter more.
std::string LeafOf(const std::set<pid_t>& sessions, const std::string& name) {
  for (const pid_t member : testing::MembersOf(sessions)) {
    const std::string pid = std::to_string(member), parent = Status(pid, "PPid:");
    if (FirstLine("/proc/" + pid + "/comm") != name) continue;
    if (FirstLine("/proc/" + parent + "/comm") != name) continue;
    if (atoi(Status(pid, "Seccomp_filters:").c_str()) >
        atoi(Status(parent, "Seccomp_filters:").c_str())) {
      return pid;
    }
  }
  return "";
}

bool IsSealed(const fs::path& file) {
  const UniqueFd opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  return opened.valid() && (fcntl(opened.get(), F_GET_SEALS) & F_SEAL_WRITE) != 0;
}

// Returns the open files of a process through which it could leave something: those that it may
// write to, other than pipes, /dev/null and files in memory that are sealed. `seen` counts the files
// that were looked at. A file that the process closes meanwhile has no target and is passed over,
// since nothing can be left in it through that descriptor any more.
std::vector<std::string> WritableFiles(const std::string& pid, int& seen) {
  std::vector<std::string> writable;
  const fs::path process = "/proc/" + pid;
  std::error_code error;  // The process may end at any time.
  for (const auto& entry : fs::directory_iterator(process / "fd", error)) {
    const bool reads_only = (fs::symlink_status(entry.path(), error).permissions() &
                             fs::perms::owner_write) == fs::perms::none;
    const bool sealed = IsSealed(entry.path());
    // The target is read last, so that a file that has one was open when it was looked at.
    const std::string target = fs::read_symlink(entry.path(), error);
    if (error) continue;
    ++seen;
    if (reads_only || sealed || target == "/dev/null" || target.starts_with("pipe:")) continue;
    writable.push_back(target);
  }
  return writable;
}

TEST_P(SharedFilesTest, LeavesOfProgramsKeepNoFileInMemory) {
  integrator_.reset();
  for (const auto& [engine, program] : {std::pair("fricas", "FRICASsys"), {"sympy", "python3"}}) {
    const auto integrator = Start(std::string(MOTZKIN_BIN_DIR) + "/integrator", {engine});
    ASSERT_NE(integrator, nullptr);
    const auto& missing = integrator->description().missing();
    ASSERT_TRUE(missing.empty()) << missing[0];
    integrator::v1::Request request;
    request.mutable_integrate()->set_integrand("sqrt add x sqrt add x INT+ 1");
    integrator::v1::Step& step = *request.mutable_integrate()->add_ladder();
    step.set_engine(engine);
    step.set_budget_us(60'000'000);
    // The call ends early, by Interrupt(), when the leaf was seen at work.
    std::thread caller([&] {
      while (!absl::IsAborted(integrator->Call(request, WallMax(request)).status())) {
      }
    });
    const std::set<pid_t> sessions = testing::SessionsOfChildren();
    std::vector<std::string> writable;
    int seen = 0;
    // A leaf that ends while it is looked at proves nothing.
    const auto look = [&, name = std::string(program)] {
      const std::string leaf = LeafOf(sessions, name);
      if (leaf.empty()) return false;
      seen = 0;
      writable = WritableFiles(leaf, seen);
      return seen > 0 && !Status(leaf, "PPid:").empty();
    };
    EXPECT_TRUE(test::WaitFor(look)) << engine;
    integrator->Interrupt();
    caller.join();
    EXPECT_THAT(writable, ::testing::IsEmpty()) << engine;
  }
}

}  // namespace
}  // namespace motzkin::worker
