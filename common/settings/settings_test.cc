#include "common/settings/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace motzkin::settings {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  std::string Message(std::vector<const char*> arguments) {
    return std::string(Read(std::move(arguments)).status().message());
  }

  absl::StatusOr<bool> Read(std::vector<const char*> arguments) {
    CLI::App app("A program.", "program");
    arguments.insert(arguments.begin(), "program");
    return ReadSettings(app, Table(), static_cast<int>(arguments.size()), arguments.data());
  }

  std::vector<Setting> Table() {
    return {{"slots", "N", "functions at a time", Integer(slots_, 0, 1024)},
            {"state_dir", "DIR", "identity and spool", Path(directory_name_)},
            {"memory", "BYTES", "of a slot", Bytes(memory_, 1 << 20, 1 << 30)},
            {"on_battery", "WORD", "what to do",
             Choice(suspend_, {{"work", false}, {"suspend", true}})},
            {"buffer", "DURATION", "work held",
             Duration(buffer_, absl::Seconds(10), absl::Hours(24)), "--hold"}};
  }

  std::string File(const std::string& text) {
    const std::string path = directory_.path() / "program.yaml";
    std::ofstream(path) << text;
    return path;
  }

  test::TemporaryDirectory directory_;
  int slots_ = 2;
  std::filesystem::path directory_name_ = "/var/lib";
  int64_t memory_ = 512 << 20;
  bool suspend_ = false;
  absl::Duration buffer_ = absl::Minutes(10);
};

TEST_F(SettingsTest, AFlagWinsOverItsKeyAndLeavesTheOthers) {
  const std::string file = File("slots: 3\nmemory: 2 MiB\nbuffer: 1m\n");
  EXPECT_TRUE(Read({"--config", file.c_str(), "--slots", "5", "--hold", "2h"}).value());
  EXPECT_EQ(slots_, 5);
  EXPECT_EQ(memory_, 2 << 20);
  EXPECT_EQ(buffer_, absl::Hours(2));
  EXPECT_EQ(directory_name_, "/var/lib");
}

TEST_F(SettingsTest, FilesAndFlagsHaveTheSameChecks) {
  const std::string file = File("\nslots: 5000\n");
  EXPECT_THAT(Message({"--config", file.c_str()}),
              EndsWith("program.yaml:2: slots must be 0 .. 1024, got 5000"));
  EXPECT_EQ(Message({"--slots", "5000"}), "--slots must be 0 .. 1024, got 5000");
  EXPECT_THAT(Message({"--slots", "many"}), HasSubstr("--slots: 'many' is not"));
  EXPECT_THAT(Message({"--on-battery", "wrok"}), HasSubstr("(did you mean 'work'?)"));
  EXPECT_EQ(Message({"--hold", "1s"}), "--hold must be 10s .. 24h, got 1s");
}

TEST_F(SettingsTest, BadUsageIsInvalidArgument) {
  EXPECT_EQ(Message({"--state-dir", ""}), "--state-dir has an empty value");
  EXPECT_THAT(Message({"--no-such"}), EndsWith("; see program --help"));
  for (const std::vector<const char*>& arguments : std::vector<std::vector<const char*>>{
           {"--config", "/nowhere.yaml"}, {"--slots", "1", "--slots", "2"}, {"--buffer", "1m"}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Read(arguments).status())) << arguments[0];
  }
}

TEST_F(SettingsTest, AValueOfAFlagIsTakenToTheLetter) {
  EXPECT_TRUE(Read({"--state-dir", "a: 'b'\n# c"}).value());
  EXPECT_EQ(directory_name_, "a: 'b'\n# c");
}

TEST_F(SettingsTest, HelpShowsRangeAndDefault) {
  ::testing::internal::CaptureStdout();
  EXPECT_FALSE(Read({"--help"}).value());
  const std::string help = ::testing::internal::GetCapturedStdout();
  for (const char* part :
       {"--slots N ", "functions at a time (0 .. 1024, default 2)", "--hold DURATION ",
        "of a slot (1 MiB .. 1 GiB, default 512 MiB)", "(10s .. 24h, default 10m)",
        "what to do (default work)", "spool (default /var/lib)"}) {
    EXPECT_THAT(help, HasSubstr(part));
  }
}

}  // namespace
}  // namespace motzkin::settings
