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

TEST_F(WorkerConfigTest, HoursAreRefusedInALineThatShowsHowTheyAreWritten) {
  const std::string file = File("connect: pi:50051\nhours: 22:00-07:00\nidle_only: true\n");
  const Config config = Parse({"--config", file.c_str()}).value().value();
  EXPECT_EQ(config.policy.hours->ToString(), "22:00-07:00");
  EXPECT_TRUE(config.policy.idle_only);
  EXPECT_THAT(Parse({"--connect", "pi:50051", "--hours", "at night"}).status().message(),
              HasSubstr("--hours must be two times such as 22:00-07:00, got 'at night'"));
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

}  // namespace
}  // namespace motzkin::worker
