#include "worker/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace motzkin::worker {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::optional<Config>> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "worker");
  return ParseConfig(static_cast<int>(arguments.size()), arguments.data());
}

class WorkerConfigTest : public ::testing::Test {
 protected:
  std::string File(const std::string& text) {
    const std::filesystem::path path = directory_.path() / "worker.yaml";
    std::ofstream(path) << text;
    return path.string();
  }
  test::TemporaryDirectory directory_;
};

TEST_F(WorkerConfigTest, OneFlagIsEnough) {
  const Config config = Parse({"--connect", "pi:50051"}).value().value();
  EXPECT_EQ(config.connect, "pi:50051");
  EXPECT_GE(config.slots, 1);
  EXPECT_FALSE(config.name.empty());
  EXPECT_TRUE(config.state_dir.is_absolute());
  EXPECT_EQ(config.integrator.filename(), "integrator");
}

TEST_F(WorkerConfigTest, AFlagOverridesItsKeyAndLeavesTheOthers) {
  const std::string file = File(
      "connect: pi:50051\nslots: 3\nname: attic\nmax_temp: 75\non_battery: suspend\n"
      "spool_time: 30m\nengine_memory: 512 MiB\n");
  const Config config =
      Parse({"--config", file.c_str(), "--slots", "5", "--require-sandbox", "full"})
          .value()
          .value();
  EXPECT_EQ(config.slots, 5);
  EXPECT_EQ(config.name, "attic");
  EXPECT_EQ(config.policy.max_temperature, 75);
  EXPECT_TRUE(config.policy.suspend_on_battery);
  EXPECT_EQ(config.spool_time, absl::Minutes(30));
  EXPECT_EQ(config.engine_memory_bytes, 512ll << 20);
  EXPECT_EQ(config.require_sandbox, sandbox::Level::kFull);
}

TEST_F(WorkerConfigTest, MistakesAreOneLineThatNamesFileOrFlag) {
  const std::string file = File("connect: pi:50051\nslot: 3\n");
  EXPECT_THAT(Parse({"--config", file.c_str()}).status().message(),
              HasSubstr("worker.yaml:2: unknown key 'slot' (did you mean 'slots'?)"));
  EXPECT_THAT(Parse({"--connect", "pi:50051", "--slots", "9999"}).status().message(),
              HasSubstr("--slots must be 0 .. 1024"));
  EXPECT_THAT(Parse({"--connect", "pi:50051", "--results", "carrier"}).status().message(),
              HasSubstr("--results"));
  EXPECT_THAT(Parse({"--connect", "pi"}).status().message(), HasSubstr("HOST:PORT"));
  EXPECT_THAT(Parse({}).status().message(), HasSubstr("--connect"));
  EXPECT_THAT(Parse({"--connect", "pi:50051", "--slot", "3"}).status().message(),
              HasSubstr("--slot"));
}

TEST_F(WorkerConfigTest, TheExampleFileHasEveryKeyAtItsDefault) {
  const std::string example = std::string(MOTZKIN_SOURCE_DIR) + "/deploy/worker.example.yaml";
  const Config from_file = Parse({"--config", example.c_str()}).value().value();
  const Config defaults = Parse({"--connect", from_file.connect.c_str()}).value().value();
  EXPECT_EQ(from_file.slots, defaults.slots);
  EXPECT_EQ(from_file.spool_time, defaults.spool_time);
  EXPECT_EQ(from_file.spool_bytes_max, defaults.spool_bytes_max);
  EXPECT_EQ(from_file.engine_memory_bytes, defaults.engine_memory_bytes);
  EXPECT_EQ(from_file.drain_time, defaults.drain_time);
  EXPECT_EQ(from_file.require_sandbox, defaults.require_sandbox);
}

TEST(DefaultSlotsTest, MemoryLimitsTheCores) {
  constexpr int64_t kGiB = 1ll << 30;
  EXPECT_EQ(DefaultSlots(4, 16 * kGiB, kGiB), 4);
  EXPECT_EQ(DefaultSlots(4, 3 * kGiB + 5, kGiB), 3);
  EXPECT_EQ(DefaultSlots(4, kGiB / 2, kGiB), 1);
  EXPECT_EQ(DefaultSlots(4, -1, kGiB), 4) << "unknown memory is no reason to idle";
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
