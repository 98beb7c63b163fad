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

BootTime At(int seconds) { return BootTime() + absl::Hours(1) + absl::Seconds(seconds); }

TEST(PolicyTest, HeatTakesAQuarterOfTheSlotsAMinuteAndGivesThemBackWhenItIsFiveDegreesCooler) {
  Policy policy({.max_temperature = 80}, 8);
  EXPECT_EQ(policy.Decide({.temperature = 80}, At(0)).slots_allowed, 8);
  EXPECT_EQ(policy.Decide({.temperature = 81}, At(5)).slots_allowed, 6)
      << "the first step is at once";
  EXPECT_EQ(policy.Decide({.temperature = 85}, At(64)).slots_allowed, 6);
  const PolicyDecision hot = policy.Decide({.temperature = 85}, At(65));
  EXPECT_EQ(hot.slots_allowed, 4);
  EXPECT_EQ(hot.reason, "hot: 85 degrees, max_temp 80; 4 of 8 slots pause");
  EXPECT_EQ(policy.Decide({.temperature = 81}, At(125)).slots_allowed, 2);
  EXPECT_EQ(policy.Decide({.temperature = 81}, At(185)).slots_allowed, 0);
  EXPECT_EQ(policy.Decide({.temperature = 99}, At(400)).slots_allowed, 0);
  EXPECT_EQ(policy.Decide({.temperature = 76}, At(500)).slots_allowed, 0) << "not cool enough";
  EXPECT_EQ(policy.Decide({.temperature = 74}, At(505)).slots_allowed, 2);
  EXPECT_EQ(policy.Decide({.temperature = 60}, At(510)).slots_allowed, 2);
  EXPECT_EQ(policy.Decide({.temperature = 60}, At(565)).slots_allowed, 4);
}

TEST(PolicyTest, ASingleSlotPausesAltogether) {
  Policy policy({.max_temperature = 80}, 1);
  EXPECT_EQ(policy.Decide({.temperature = 81}, At(0)).slots_allowed, 0);
  EXPECT_EQ(policy.Decide({.temperature = 70}, At(60)).slots_allowed, 1);
}

TEST(PolicyTest, WithoutASensorOrALimitNothingPauses) {
  Policy without_limit({.max_temperature = 0}, 8);
  EXPECT_EQ(without_limit.Decide({.temperature = 120}, At(0)).slots_allowed, 8);
  Policy policy({.max_temperature = 80}, 8);
  EXPECT_EQ(policy.Decide({.temperature = 90}, At(0)).slots_allowed, 6);
  EXPECT_EQ(policy.Decide({.temperature = 0}, At(1)).slots_allowed, 8) << "the sensor went away";
}

TEST(PolicyTest, OnBatteryNothingRunsUnlessTheOwnerSaysSo) {
  Policy suspending({}, 8);
  EXPECT_EQ(suspending.Decide({.on_battery = true}, At(0)).slots_allowed, 0);
  EXPECT_EQ(suspending.Decide({}, At(5)).slots_allowed, 8);
  Policy working({.suspend_on_battery = false}, 8);
  EXPECT_EQ(working.Decide({.on_battery = true}, At(0)).slots_allowed, 8);
}

TEST(PolicyTest, OutsideOfItsHoursNothingRuns) {
  Policy policy({.hours = WorkingHours::Parse("22:00-07:00").value()}, 8);
  EXPECT_EQ(policy.Decide({.minute_of_day = 23 * 60}, At(0)).slots_allowed, 8);
  const PolicyDecision decision = policy.Decide({.minute_of_day = 12 * 60}, At(0));
  EXPECT_EQ(decision.slots_allowed, 0);
  EXPECT_EQ(decision.reason, "outside of its hours (hours: 22:00-07:00)");
}

TEST(PolicyTest, AMachineInUseIsLeftToItsOwnerOnlyIfThatIsWanted) {
  Policy leaving({.idle_only = true}, 8);
  EXPECT_EQ(leaving.Decide({.in_use = true}, At(0)).slots_allowed, 0);
  EXPECT_EQ(leaving.Decide({.in_use = false}, At(0)).slots_allowed, 8);
  Policy staying({}, 8);
  EXPECT_EQ(staying.Decide({.in_use = true}, At(0)).slots_allowed, 8);
}

TEST(DefaultMaxTemperatureTest, ARaspberryPiIsHotEarlier) {
  test::TemporaryDirectory root;
  EXPECT_EQ(DefaultMaxTemperature(root.path()), 90);
  std::filesystem::create_directories(root.path() / "proc/device-tree");
  std::ofstream(root.path() / "proc/device-tree/model") << "Raspberry Pi 5 Model B Rev 1.0";
  EXPECT_EQ(DefaultMaxTemperature(root.path()), 80);
}

}  // namespace
}  // namespace motzkin::worker
