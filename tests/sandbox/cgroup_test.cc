// Promise: where the service manager delegates its cgroup to the worker, all processes of an
// integrator together have bounded memory and number, and end together.
//
// The tests play the service manager, for which they have to be root: they delegate a real cgroup to
// a process, which is root or another user, and this process does what the worker does.
#include "worker/sandbox/cgroup.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "tests/sandbox/hostile_sandbox.h"
#include "worker/sandbox/limits.h"
#include "worker/slots/testing/process_census.h"

namespace motzkin::worker {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

bool Put(const fs::path& file, const std::string& value) {
  std::ofstream out(file);
  out << value << std::flush;
  return out.good();
}

std::vector<std::string> Words(const fs::path& file) {
  std::ifstream in(file);
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

bool Limits(const sandbox::DelegatedCgroup& cgroup, const std::string& limit) {
  const std::vector<std::string>& all = cgroup.limits();
  return std::find(all.begin(), all.end(), limit) != all.end();
}

// Whether users other than root can start the program.
bool OthersReach(const fs::path& program) {
  for (fs::path path = program; path != path.root_path(); path = path.parent_path()) {
    if ((fs::status(path).permissions() & fs::perms::others_exec) == fs::perms::none) return false;
  }
  return true;
}

// The parameters say whether the worker is root, and the level of the integrator.
class CgroupTest : public ::testing::TestWithParam<std::tuple<bool, Level>> {
 protected:
  static bool is_root() { return std::get<0>(GetParam()); }
  static Level level() { return std::get<1>(GetParam()); }

  void SetUp() override {
    const sandbox::Probe probe = ProbeIntegratorSandbox(MOTZKIN_HOSTILE_INTEGRATOR);
    if (level() == Level::kFull && probe.level != Level::kFull) GTEST_SKIP() << probe.reason;
    if (geteuid() != 0) GTEST_SKIP() << "only root can delegate a cgroup";
    if (!is_root() && !OthersReach(MOTZKIN_HOSTILE_INTEGRATOR)) {
      GTEST_SKIP() << "root alone can enter the folder of " << MOTZKIN_HOSTILE_INTEGRATOR;
    }
    for (const fs::path root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      if (fs::exists(root / "cgroup.controllers")) folder_ = root;
    }
    if (folder_.empty()) GTEST_SKIP() << "there are no cgroups of version 2";
    for (const char* limit : {"memory", "pids"}) {
      Put(folder_ / "cgroup.subtree_control", std::string("+") + limit);  // Some kernels have none.
    }
    folder_ /= "motzkin_test_" + std::to_string(getpid());
    if (mkdir(folder_.c_str(), 0755) != 0) {
      const std::string reason = strerror(errno);
      folder_.clear();
      GTEST_SKIP() << "no cgroup can be made: " << reason;
    }
    if (setxattr(folder_.c_str(), "user.delegate", "1", 1, 0) != 0) {
      GTEST_SKIP() << "this kernel has no attributes of cgroups";
    }
    if (is_root()) return;
    for (const char* file : {"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"}) {
      ASSERT_EQ(chown((folder_ / file).c_str(), kNobody, kNobody), 0) << file;
    }
  }
  void TearDown() override {
    if (folder_.empty()) return;
    rmdir((folder_ / "worker").c_str());
    EXPECT_EQ(rmdir(folder_.c_str()), 0) << "something was left in " << folder_;
  }

  // Runs `body` in a process of the delegated cgroup, as the user to whom it belongs.
  void AsWorker(const std::function<void(sandbox::DelegatedCgroup&)>& body) {
    const pid_t worker = fork();
    if (worker == 0) {
      if (!Put(folder_ / "cgroup.procs", "0") || (!is_root() && sandbox::DropRoot() != 0)) _exit(2);
      auto taken = sandbox::DelegatedCgroup::Take();
      EXPECT_TRUE(taken.ok()) << taken.status();
      if (taken.ok()) body(**taken);
      fflush(nullptr);
      _exit(HasFailure() ? 1 : 0);
    }
    int status = 0;
    waitpid(worker, &status, 0);
    EXPECT_EQ(status, 0) << "see above";
  }

  static std::unique_ptr<IntegratorProcess> Start(sandbox::DelegatedCgroup& cgroup) {
    IntegratorOptions options;
    options.binary = MOTZKIN_HOSTILE_INTEGRATOR;
    options.sandbox_level = level();
    options.idle_priority = false;
    options.cgroup = &cgroup;
    auto started = IntegratorProcess::Start(options);
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }
  static absl::StatusOr<integrator::v1::Response> Ask(IntegratorProcess& integrator,
                                                      const char* engine, Misdeed misdeed) {
    integrator::v1::Request request;
    request.mutable_integrate()->set_integrand("INT+");
    for (const char digit : std::to_string(misdeed)) {
      request.mutable_integrate()->mutable_integrand()->append({' ', digit});
    }
    integrator::v1::Step& step = *request.mutable_integrate()->add_ladder();
    step.set_engine(engine);
    step.set_budget_us(200'000'000);
    return integrator.Call(request, WallMax(request));
  }

  fs::path folder_;
};

INSTANTIATE_TEST_SUITE_P(Workers, CgroupTest,
                         ::testing::Combine(::testing::Bool(),
                                            ::testing::Values(BareLevel(), Level::kFull)),
                         [](const auto& parameters) {
                           return std::string(std::get<0>(parameters.param) ? "root_" : "user_") +
                                  std::string(sandbox::LevelName(std::get<1>(parameters.param)));
                         });

TEST_P(CgroupTest, HoldsAllOfAnIntegratorAndIsGoneWithIt) {
  AsWorker([&](sandbox::DelegatedCgroup& cgroup) {
    std::unique_ptr<IntegratorProcess> integrator = Start(cgroup);
    ASSERT_NE(integrator, nullptr);
    const fs::path group = folder_ / "integrator-1";
    const size_t members = testing::MembersOf(testing::SessionsOfChildren()).size();
    EXPECT_GE(members, 5u);
    EXPECT_EQ(Words(group / "cgroup.procs").size(), members);
    const std::vector<std::string> bound(Limits(cgroup, "pids") ? 1 : 0, "64");
    EXPECT_EQ(Words(group / "pids.max"), bound);
    if (Limits(cgroup, "memory")) {
      const int64_t memory = atoll(Words(group / "memory.max").at(0).c_str());
      EXPECT_EQ(memory, (3ll << 29) + (1ll << 30));
    }
    integrator.reset();
    EXPECT_FALSE(fs::exists(group));
    EXPECT_TRUE(testing::HasNoChildren());
  });
}

TEST_P(CgroupTest, EndsASwarmAndBoundsIt) {
  AsWorker([&](sandbox::DelegatedCgroup& cgroup) {
    std::unique_ptr<IntegratorProcess> integrator = Start(cgroup);
    ASSERT_NE(integrator, nullptr);
    const auto response = Ask(*integrator, kZygote, Misdeed::kSwarm);
    ASSERT_TRUE(response.ok()) << response.status();
    // The leaf has ended, and what it started is still there.
    const size_t swarm = Words(folder_ / "integrator-1/cgroup.procs").size();
    EXPECT_GT(swarm, 50u);
    EXPECT_EQ(swarm <= 64, Limits(cgroup, "pids")) << swarm;
    integrator.reset();
    EXPECT_FALSE(fs::exists(folder_ / "integrator-1"));
    EXPECT_TRUE(testing::HasNoChildren());
  });
}

// Starts a process in `group` that leaves its session, so that only the group still holds it.
pid_t StartInside(const sandbox::Cgroup& group, const std::function<void()>& body) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (setsid() < 0 || group.Enter() != 0) _exit(2);
  body();
  _exit(0);
}

int SignalThatEnded(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_P(CgroupTest, IsKilledWhole) {
  AsWorker([&](sandbox::DelegatedCgroup& cgroup) {
    const auto group = cgroup.MakeGroup(10);
    ASSERT_TRUE(group.ok()) << group.status();
    if (!fs::exists((*group)->path() + "/cgroup.kill")) return;  // before Linux 5.14
    const pid_t child = StartInside(**group, [] {
      while (true) pause();
    });
    while (Words((*group)->path() + "/cgroup.procs").empty()) sched_yield();
    (*group)->Kill();
    EXPECT_EQ(SignalThatEnded(child), SIGKILL);
  });
}

TEST_P(CgroupTest, MemoryIsThatOfAllTogether) {
  AsWorker([&](sandbox::DelegatedCgroup& cgroup) {
    if (!Limits(cgroup, "memory")) return;
    const auto group = cgroup.MakeGroup(10);
    ASSERT_TRUE(group.ok()) << group.status();
    (*group)->LimitMemory(32 << 20);
    const pid_t child = StartInside(**group, [] {
      constexpr size_t kBytes = 64 << 20;
      void* memory =
          mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      mlock(memory, kBytes);  // May fail; swap would only delay the end.
      memset(memory, 1, kBytes);
    });
    EXPECT_EQ(SignalThatEnded(child), SIGKILL);
  });
}

TEST(UndelegatedCgroupTest, IsLeftAlone) {
  EXPECT_TRUE(absl::IsNotFound(sandbox::DelegatedCgroup::Take().status()));
}

}  // namespace
}  // namespace motzkin::worker
