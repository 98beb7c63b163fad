#include "worker/machine/state_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/support/temporary_directory.h"

namespace motzkin::worker {
namespace {

using ::testing::HasSubstr;

class StateDirectoryTest : public ::testing::Test {
 protected:
  absl::StatusOr<StateDirectory> Open() {
    return StateDirectory::Open(directory_.path() / "state", clock_);
  }
  test::TemporaryDirectory directory_;
  SystemClock clock_;
};

TEST_F(StateDirectoryTest, ARestartIsTheSameWorkerInANewerInstance) {
  std::string uuid;
  uint64_t instance = 0;
  {
    const auto state = Open();
    ASSERT_TRUE(state.ok()) << state.status();
    uuid = state->worker_uuid();
    instance = state->instance();
  }
  const auto again = Open();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->worker_uuid(), uuid);
  EXPECT_EQ(uuid.size(), 36u);
  EXPECT_GT(again->instance(), instance);
}

TEST_F(StateDirectoryTest, AnIdentityThatNoCoordinatorTakesIsReplaced) {
  std::filesystem::create_directory(directory_.path() / "state");
  for (const char damage : {'\xff', '-'}) {
    const std::string damaged(36, damage);
    std::ofstream(directory_.path() / "state" / "worker-uuid") << damaged;
    const auto state = Open();
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_NE(state->worker_uuid(), damaged);
  }
}

TEST_F(StateDirectoryTest, ASecondWorkerIsTurnedAwayAndToldWhoIsThere) {
  const auto first = Open();
  ASSERT_TRUE(first.ok());
  const auto second = Open();
  EXPECT_TRUE(absl::IsAlreadyExists(second.status()));
  EXPECT_THAT(second.status().message(), HasSubstr("pid " + std::to_string(getpid())));
}

TEST_F(StateDirectoryTest, TheLockGoesWithItsHolder) {
  {
    ASSERT_TRUE(Open().ok());
  }
  EXPECT_TRUE(Open().ok());
}

TEST_F(StateDirectoryTest, ADirectoryThatCannotBeMadeIsNamed) {
  const auto state = StateDirectory::Open("/proc/motzkin", clock_);
  EXPECT_THAT(state.status().message(), HasSubstr("/proc/motzkin"));
}

}  // namespace
}  // namespace motzkin::worker
