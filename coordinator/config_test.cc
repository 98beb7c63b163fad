#include "coordinator/config.h"

#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <vector>

#include "tests/support/temporary_directory.h"

namespace motzkin::coordinator {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

absl::StatusOr<Config> Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "coordinator");
  return ParseConfig(static_cast<int>(arguments.size()), arguments.data());
}

class ConfigTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& text) {
    const std::string path = directory_.path() / "coordinator.yaml";
    std::ofstream(path) << text;
    return path;
  }
  test::TemporaryDirectory directory_;
};

TEST_F(ConfigTest, ListensOnLoopbackUnlessTold) {
  EXPECT_EQ(Parse({}).value().listen, "127.0.0.1:50051");
}

TEST_F(ConfigTest, ThePageIsForThisMachineUnlessAskedFor) {
  EXPECT_EQ(Parse({}).value().web, "127.0.0.1:8080");
  for (const char* web : {"off", "localhost:1", "127.0.0.1:0", "[::1]:8080"}) {
    EXPECT_FALSE(IsPageOpen(Parse({"--web", web, "--insecure", "yes"}).value())) << web;
  }
  for (const char* web : {"0.0.0.0:8080", "192.168.1.5:8080", "pi:8080", "[::]:8080"}) {
    EXPECT_TRUE(IsPageOpen(Parse({"--web", web}).value())) << web;
    EXPECT_THAT(std::string(Parse({"--web", web, "--insecure", "yes"}).status().message()),
                HasSubstr("needs TLS"))
        << web;
    EXPECT_TRUE(
        Parse({"--web", web, "--insecure", "yes", "--web-certificate", "a", "--web-key", "b"}).ok())
        << web;
  }
  for (const char* web : {"8080", "on", "127.0.0.1"})
    EXPECT_FALSE(Parse({"--web", web}).ok()) << web;
}

TEST_F(ConfigTest, ThePageHasACertificateWithItsKeyAndNames) {
  EXPECT_FALSE(Parse({"--web-certificate", "a.pem"}).ok());
  EXPECT_FALSE(Parse({"--web-key", "a.key"}).ok());
  EXPECT_THAT(WebNames(Parse({"--web-names", "Pi.fritz.box, kitchen"}).value()),
              ::testing::ElementsAre("pi.fritz.box", "kitchen"));
  for (const char* names : {"https://pi", "pi:8080", "pi/", "*.box"}) {
    EXPECT_FALSE(Parse({"--web-names", names}).ok()) << names;
  }
}

TEST_F(ConfigTest, WithoutAHomeTheDataDirectoryHasToBeNamed) {
  const auto refused = [] {
    // Root has a default that needs no home.
    if (::geteuid() == 0 && ::setuid(65'534) != 0) return false;
    ::unsetenv("HOME");
    ::unsetenv("XDG_DATA_HOME");
    return absl::StrContains(Parse({}).status().message(), "--data-dir") &&
           Parse({"--data-dir", "/tmp/data"}).ok();
  };
  EXPECT_EXIT(std::exit(refused() ? 0 : 1), ::testing::ExitedWithCode(0), "");
}

TEST_F(ConfigTest, AFlagOverridesItsKey) {
  const std::string file = Write("listen: 0.0.0.0:1\nbuffer: 5m\ndisk_free_min: 3GB\n");
  const Config config =
      Parse({"--config", file.c_str(), "--listen", "127.0.0.1:7", "--disk-free-min", "1MB"})
          .value();
  EXPECT_EQ(config.listen, "127.0.0.1:7");
  EXPECT_EQ(config.buffer, absl::Minutes(5));
  EXPECT_EQ(config.disk_free_bytes_min, 1'000'000);
}

TEST_F(ConfigTest, TheExampleFileIsTheDefaults) {
  const Config example =
      Parse({"--config", MOTZKIN_SOURCE_DIR "/deploy/coordinator.example.yaml"}).value();
  const Config defaults;
  EXPECT_EQ(example.listen, defaults.listen);
  EXPECT_EQ(example.web, defaults.web);
  EXPECT_EQ(example.web_idle, defaults.web_idle);
  EXPECT_EQ(example.postgres_listen, defaults.postgres_listen);
  EXPECT_EQ(example.buffer, defaults.buffer);
  EXPECT_EQ(example.stall, defaults.stall);
  EXPECT_EQ(example.disk_free_bytes_min, defaults.disk_free_bytes_min);
  EXPECT_EQ(example.disk_free_percent_min, defaults.disk_free_percent_min);
}

TEST_F(ConfigTest, UnknownAndDuplicateKeysAreRefusedWithTheirLine) {
  const std::string unknown = Write("\nlistne: 0.0.0.0:1\n");
  EXPECT_THAT(std::string(Parse({"--config", unknown.c_str()}).status().message()),
              EndsWith("coordinator.yaml:2: unknown key 'listne' (did you mean 'listen'?)"));
  const std::string twice = Write("listen: a:1\nbuffer: 1m\nlisten: b:1\n");
  EXPECT_THAT(std::string(Parse({"--config", twice.c_str()}).status().message()),
              HasSubstr(":3: duplicate key 'listen'"));
}

TEST_F(ConfigTest, BadUsageIsInvalidArgument) {
  for (const std::vector<const char*>& arguments : std::vector<std::vector<const char*>>{
           {"--no-such-flag"},
           {"--listen", "50051"},
           {"--listen", "host:99999"},
           {"--log-level", "loud"},
           {"--insecure", "perhaps"},
           {"--insecure", "yes", "--listen", "0.0.0.0:1"},
           {"--insecure", "yes", "--listen", "127.example.org:1"},
           {"--insecure", "yes", "--invite-file", "/tmp/invite"},
           {"--buffer", "1s"},
           {"--stall", "1s"},
           {"--disk-free-min", "much"},
           {"--config", "/nowhere.yaml"},
           {"--advertise-postgres", "host=pi"},
           {"--database-only", "--postgres", "postgresql://pi/m"}}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Parse(arguments).status())) << arguments[0];
  }
}

TEST_F(ConfigTest, PlainTextIsForLoopbackUnlessItsOwnerInsists) {
  EXPECT_TRUE(Parse({"--insecure", "yes", "--listen", "127.0.0.1:1"}).ok());
  EXPECT_TRUE(Parse({"--insecure", "yes-really", "--listen", "0.0.0.0:1"}).ok());
}

TEST_F(ConfigTest, TheDataDirectoryIsAbsolute) {
  EXPECT_THAT(Parse({"--data-dir", "here"}).value().data_directory, ::testing::StartsWith("/"));
}

}  // namespace
}  // namespace motzkin::coordinator
