#include "worker/machine/owner_presence.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "common/base/testing/fake_clock.h"
#include "common/process/child_process.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait_for.h"

namespace motzkin::worker {
namespace {

TEST(OwnerPresenceTest, LogindKnowsBestUnderAnyLoad) {
  const FakeClock clock;
  std::optional<bool> hint = true;
  OwnerPresence presence([&] { return hint; }, clock);
  EXPECT_FALSE(presence.InUse(8, 0));
  hint = false;
  EXPECT_TRUE(presence.InUse(0, 0));
}

TEST(OwnerPresenceTest, WithoutLogindTheLoadOfOthersCountsForFiveMinutes) {
  FakeClock clock;
  OwnerPresence presence([] { return std::nullopt; }, clock);
  EXPECT_TRUE(presence.InUse(0, 0)) << "nothing is known yet";
  clock.Advance(absl::Seconds(299));
  EXPECT_TRUE(presence.InUse(0, 0));
  clock.Advance(absl::Seconds(1));
  EXPECT_FALSE(presence.InUse(0, 0));
  EXPECT_FALSE(presence.InUse(4.3, 4)) << "the load is our own";
  EXPECT_TRUE(presence.InUse(4.7, 4));
  clock.Advance(absl::Minutes(5));
  EXPECT_FALSE(presence.InUse(4.3, 4));
}

// A system bus of this test's own, with a logind made by python-dbusmock. Each is killed with the
// test.
class LogindTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string address = "unix:path=" + (folder_.path() / "bus").string();
    std::ofstream(folder_.path() / "bus.conf")
        << "<busconfig><type>system</type><listen>" << address
        << "</listen><policy context=\"default\"><allow send_destination=\"*\"/><allow own=\"*\"/>"
           "<allow receive_sender=\"*\"/></policy></busconfig>";
    setenv("DBUS_SYSTEM_BUS_ADDRESS", address.c_str(), 1);
    bus_ = Start({"/usr/bin/dbus-daemon", "--nofork", "--nopidfile",
                  "--config-file=" + (folder_.path() / "bus.conf").string()});
    ASSERT_TRUE(test::WaitFor([&] { return exists(folder_.path() / "bus"); }));
    logind_ = Start({"/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind"});
  }
  void TearDown() override { unsetenv("DBUS_SYSTEM_BUS_ADDRESS"); }

  static std::optional<ChildProcess> Start(const std::vector<std::string>& command) {
    SpawnOptions options;
    options.input = options.output = Stream::kNull;
    options.environment = {"PATH=/usr/bin:/bin", std::string("DBUS_SYSTEM_BUS_ADDRESS=") +
                                                     getenv("DBUS_SYSTEM_BUS_ADDRESS")};
    auto process = ChildProcess::Spawn(command, options);
    EXPECT_TRUE(process.ok()) << process.status();
    return process.ok() ? std::optional(*std::move(process)) : std::nullopt;
  }

  void SetIdle(bool idle) {
    auto call =
        Start({"/usr/bin/dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.login1",
               "/org/freedesktop/login1", "org.freedesktop.DBus.Properties.Set",
               "string:org.freedesktop.login1.Manager", "string:IdleHint",
               idle ? "variant:boolean:true" : "variant:boolean:false"});
    ASSERT_TRUE(call.has_value());
    const absl::StatusOr<ExitStatus> status = call->Wait(Deadline::After(absl::Seconds(30)));
    ASSERT_TRUE(status.ok() && status->success());
  }

  test::TemporaryDirectory folder_;
  std::optional<ChildProcess> bus_, logind_;
};

TEST_F(LogindTest, ItsHintIsReadAndReadAgain) {
  Logind logind;
  ASSERT_TRUE(test::WaitFor([&] { return logind.IdleHint().has_value(); }));
  SetIdle(true);
  EXPECT_EQ(logind.IdleHint(), std::optional(true));
  SetIdle(false);
  EXPECT_EQ(logind.IdleHint(), std::optional(false));
}

TEST_F(LogindTest, ABusThatWasRestartedIsFoundAgain) {
  Logind logind;
  ASSERT_TRUE(test::WaitFor([&] { return logind.IdleHint().has_value(); }));
  TearDown();
  bus_.reset();
  logind_.reset();
  EXPECT_EQ(logind.IdleHint(), std::nullopt);
  std::filesystem::remove(folder_.path() / "bus");
  SetUp();
  EXPECT_TRUE(test::WaitFor([&] { return logind.IdleHint().has_value(); }));
}

TEST(LogindWithoutABusTest, NothingIsKnown) {
  setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", 1);
  EXPECT_EQ(Logind().IdleHint(), std::nullopt);
  unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

}  // namespace
}  // namespace motzkin::worker
