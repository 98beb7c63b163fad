#include "worker/machine/capacity.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace motzkin::worker {
namespace {

TEST(CoresToUseTest, OneIsLeftToACoordinatorOnTheSameMachine) {
  EXPECT_EQ(CoresToUse(4, "localhost:50051"), 3);
  EXPECT_EQ(CoresToUse(4, "127.0.0.1:50051"), 3);
  EXPECT_EQ(CoresToUse(4, "pi:50051"), 4);
  EXPECT_EQ(CoresToUse(2, "localhost:50051"), 2);
}

TEST(DefaultSlotsTest, MemoryLimitsTheCores) {
  constexpr int64_t kGiB = 1ll << 30;
  EXPECT_EQ(DefaultSlots(4, 16 * kGiB, kGiB), 4);
  EXPECT_EQ(DefaultSlots(4, 3 * kGiB + 5, kGiB), 3);
  EXPECT_EQ(DefaultSlots(4, kGiB / 2, kGiB), 1);
  EXPECT_EQ(DefaultSlots(4, -1, kGiB), 4) << "unknown memory is not a reason to idle";
}

class MemoryTest : public ::testing::Test {
 protected:
  void Put(const std::string& file, const std::string& content) {
    const std::filesystem::path path = root_.path() / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content << "\n";
  }
  test::TemporaryDirectory root_;
};

TEST_F(MemoryTest, TheLeastLimitOfTheGroupsAboveCounts) {
  EXPECT_EQ(AvailableMemory(root_.path()), -1);
  Put("proc/meminfo", "MemTotal: 16000 kB\nMemAvailable: 8000 kB");
  EXPECT_EQ(AvailableMemory(root_.path()), 8000 * 1024);
  Put("proc/self/cgroup", "1:cpu:/x\n0::/system.slice/worker.service");
  Put("sys/fs/cgroup/system.slice/worker.service/memory.max", "max");
  EXPECT_EQ(AvailableMemory(root_.path()), 8000 * 1024);
  Put("sys/fs/cgroup/system.slice/memory.max", "4096000");
  EXPECT_EQ(AvailableMemory(root_.path()), 4096000);
  Put("sys/fs/cgroup/system.slice/worker.service/memory.max", "2048000");
  EXPECT_EQ(AvailableMemory(root_.path()), 2048000);
  Put("sys/fs/cgroup/memory.max", "1024000");
  Put("proc/self/cgroup", "0::/");
  EXPECT_EQ(AvailableMemory(root_.path()), 1024000) << "as in a container";
}

}  // namespace
}  // namespace motzkin::worker
