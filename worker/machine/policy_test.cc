#include "worker/machine/policy.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.h"

namespace motzkin::worker {
namespace {

class MachineTest : public ::testing::Test {
 protected:
  void Put(const std::string& file, const std::string& content) {
    const std::filesystem::path path = sysfs_.path() / "class" / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << content << "\n";
  }
  MachineReading Read() { return ReadMachine(sysfs_.path()); }
  test::TemporaryDirectory sysfs_;
};

TEST_F(MachineTest, TheHottestZoneCounts) {
  Put("thermal/thermal_zone0/temp", "41000");
  Put("thermal/thermal_zone1/temp", "77500");
  Put("thermal/cooling_device0/type", "Fan");
  EXPECT_DOUBLE_EQ(Read().temperature, 77.5);
}

TEST_F(MachineTest, AMachineWithoutSensorsIsUnknownAndOnMains) {
  EXPECT_EQ(Read().temperature, 0);
  EXPECT_FALSE(Read().on_battery);
}

TEST_F(MachineTest, ADischargingBatteryCountsOnlyWithoutMains) {
  Put("power_supply/BAT0/type", "Battery");
  Put("power_supply/BAT0/status", "Discharging");
  Put("power_supply/AC/online", "1");
  EXPECT_FALSE(Read().on_battery);
  Put("power_supply/AC/online", "0");
  EXPECT_TRUE(Read().on_battery);
  Put("power_supply/BAT0/status", "Charging");
  EXPECT_FALSE(Read().on_battery);
}

TEST_F(MachineTest, TheBatteryOfAMouseIsNotThisMachines) {
  Put("power_supply/hidpp_battery_0/type", "Battery");
  Put("power_supply/hidpp_battery_0/status", "Discharging");
  Put("power_supply/hidpp_battery_0/scope", "Device");
  EXPECT_FALSE(Read().on_battery);
  Put("power_supply/BAT0/type", "Battery");
  Put("power_supply/BAT0/status", "Discharging");
  Put("power_supply/BAT0/scope", "System");
  EXPECT_TRUE(Read().on_battery);
  Put("power_supply/hidpp_battery_0/online", "1");
  EXPECT_TRUE(Read().on_battery) << "the mouse is on, and not this machine";
}

TEST(PolicyTest, HeatHalvesTheSlotsUntilItIsFiveDegreesCooler) {
  Policy policy({.max_temperature = 80, .suspend_on_battery = false}, 8);
  EXPECT_EQ(policy.Decide({.temperature = 79}).slots_allowed, 8);
  const PolicyDecision hot = policy.Decide({.temperature = 81});
  EXPECT_EQ(hot.slots_allowed, 4);
  EXPECT_FALSE(hot.reason.empty());
  EXPECT_EQ(policy.Decide({.temperature = 78}).slots_allowed, 4);
  EXPECT_EQ(policy.Decide({.temperature = 74}).slots_allowed, 8);
}

TEST(PolicyTest, OnBatteryNothingRunsIfTheOwnerSaysSo) {
  Policy suspending({.max_temperature = 0, .suspend_on_battery = true}, 8);
  EXPECT_EQ(suspending.Decide({.temperature = 0, .on_battery = true}).slots_allowed, 0);
  EXPECT_EQ(suspending.Decide({}).slots_allowed, 8);
  Policy working({}, 8);
  EXPECT_EQ(working.Decide({.temperature = 0, .on_battery = true}).slots_allowed, 8);
}

}  // namespace
}  // namespace motzkin::worker
