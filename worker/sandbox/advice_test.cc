#include "worker/sandbox/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace motzkin::sandbox {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class AdviceTest : public ::testing::Test {
 protected:
  void Put(const std::string& file, const std::string& content) {
    const std::filesystem::path path = root_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content << "\n";
  }
  std::string Advice() const { return AdviceOn(probe_, root_.path()); }

  test::TemporaryDirectory root_;
  Probe probe_{
      .level = Level::kBasic, .seccomp = true, .landlock_abi = 4, .reason = "bubblewrap: code 1"};
};

TEST_F(AdviceTest, TheFullLevelNeedsNone) {
  Put("proc/sys/user/max_user_namespaces", "0");
  probe_ = {.level = Level::kFull, .seccomp = true};
  EXPECT_EQ(Advice(), "");
}

TEST_F(AdviceTest, UbuntusSwitchIsNamedWithItsCommand) {
  Put("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1");
  Put("proc/sys/user/max_user_namespaces", "63000");
  EXPECT_THAT(Advice(),
              StartsWith("sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; "));
}

TEST_F(AdviceTest, AllSwitchesThatForbidNamespacesAreNamed) {
  Put("proc/sys/kernel/unprivileged_userns_clone", "0");
  Put("proc/sys/user/max_user_namespaces", "0");
  EXPECT_THAT(Advice(), StartsWith("sudo sysctl -w kernel.unprivileged_userns_clone=1 "
                                   "user.max_user_namespaces=10000; "));
}

TEST_F(AdviceTest, AContainersSwitchesAreNotItsOwn) {
  Put("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1");
  Put("run/.containerenv", "");
  EXPECT_THAT(Advice(), HasSubstr("outside of the container"));
}

TEST_F(AdviceTest, WithoutBubblewrapItIsInstalledFirst) {
  Put("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1");
  probe_.reason = "bubblewrap is not installed";
  EXPECT_EQ(Advice(), "sudo apt install bubblewrap");
}

TEST_F(AdviceTest, AKernelWithoutFiltersIsTheFirstThingToChange) {
  probe_ = {.reason = "the kernel takes no system call filters"};
  EXPECT_THAT(Advice(), HasSubstr("CONFIG_SECCOMP_FILTER"));
}

TEST_F(AdviceTest, NothingIsSaidWhereNothingIsKnown) { EXPECT_EQ(Advice(), ""); }

}  // namespace
}  // namespace motzkin::sandbox
