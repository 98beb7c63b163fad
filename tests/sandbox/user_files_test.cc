// Promise: from level basic on, no process of an integrator reads a file of the user.
#include <unistd.h>

#include <fstream>

#include "tests/sandbox/hostile_sandbox.h"

namespace motzkin::worker {
namespace {

class UserFilesTest : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    std::ofstream(path_) << "private\n";
    ASSERT_EQ(access(path_.c_str(), R_OK), 0);
  }
  void TearDown() override { unlink(path_.c_str()); }

  const std::string path_ = integrator::testing::UserFile(getpid());
};

MOTZKIN_IN_BOTH_SANDBOXES(UserFilesTest);

TEST_P(UserFilesTest, AreHiddenFromTheLevelBasicOn) {
  EXPECT_EQ(Commit(kLeaf, Misdeed::kReadFile, getpid()), "");
  for (const char* engine : {kReader, kZygote, kSupervisor}) {
    const bool hidden = GetParam() >= Level::kBasic;
    EXPECT_EQ(Commit(engine, Misdeed::kReadFile, getpid()), hidden ? "" : "the user's file")
        << engine;
  }
}

// The level's name is what keeps the promise where the kernel does not.
TEST(SandboxLevelTest, IsWeakWithoutBubblewrapAndLandlock) {
  const sandbox::Probe probe = sandbox::ProbeSandbox({"/bin/false"});
  EXPECT_EQ(probe.level, BareLevel()) << probe.ToString();
  const bool told = probe.reason.find("no Landlock") != std::string::npos;
  EXPECT_EQ(told, BareLevel() == Level::kWeak) << probe.reason;
}

}  // namespace
}  // namespace motzkin::worker
