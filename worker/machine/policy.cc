#include "worker/machine/policy.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace motzkin::worker {
namespace {

// Hysteresis: without it, a machine at its limit would flap at every reading.
constexpr double kCoolDownDegrees = 5;
// A machine needs about this long to show what fewer slots are worth.
constexpr absl::Duration kHeatStep = absl::Minutes(1);

std::string ReadWord(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

double HottestZone(const std::filesystem::path& thermal) {
  double hottest = 0;
  std::error_code ignored;  // Without thermal zones the temperature is unknown.
  for (const auto& zone : std::filesystem::directory_iterator(thermal, ignored)) {
    std::ifstream file(zone.path() / "temp");
    double millidegrees = 0;
    if (file >> millidegrees) hottest = std::max(hottest, millidegrees / 1000);
  }
  return hottest;
}

bool OnBattery(const std::filesystem::path& supplies) {
  bool discharging = false;
  bool mains_online = false;
  // A weak charger lets the battery discharge while it is plugged in, so mains are asked for too.
  // The files are read for every supply, and those that a supply does not have are empty.
  std::error_code ignored;  // A desktop lists no power supplies.
  for (const auto& supply : std::filesystem::directory_iterator(supplies, ignored)) {
    // The battery of a mouse or a headset does not feed this machine, nor does its charger.
    if (ReadWord(supply.path() / "scope") == "Device") continue;
    if (ReadWord(supply.path() / "online") == "1") mains_online = true;
    if (ReadWord(supply.path() / "type") == "Battery" &&
        ReadWord(supply.path() / "status") == "Discharging") {
      discharging = true;
    }
  }
  return discharging && !mains_online;
}

double Load() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

}  // namespace

MachineReading ReadMachine(const std::filesystem::path& sysfs) {
  return {.temperature = HottestZone(sysfs / "class/thermal"),
          .on_battery = OnBattery(sysfs / "class/power_supply"),
          .load = Load()};
}

double DefaultMaxTemperature(const std::filesystem::path& root) {
  std::ifstream file(root / "proc/device-tree/model");
  std::string model;
  std::getline(file, model);
  return model.starts_with("Raspberry Pi") ? 80 : 90;
}

void Policy::StepByHeat(double temperature, BootTime now) {
  if (options_.max_temperature <= 0 || temperature <= 0) {
    paused_ = 0;
    return;
  }
  const bool hotter = temperature > options_.max_temperature;
  const bool cooler = temperature < options_.max_temperature - kCoolDownDegrees;
  if (now < next_step_ || hotter == cooler) return;
  const int step = std::max(1, slots_ / 4);
  const int paused = std::clamp(paused_ + (hotter ? step : -step), 0, slots_);
  // A machine that was cool for hours takes its first step at once.
  if (paused != paused_) next_step_ = now + kHeatStep;
  paused_ = paused;
}

PolicyDecision Policy::Decide(const MachineReading& reading, BootTime now) {
  // The steps go on while another reason holds everything back: the machine cools down then.
  StepByHeat(reading.temperature, now);
  if (options_.hours.has_value() && !options_.hours->Contain(reading.minute_of_day)) {
    return {.slots_allowed = 0,
            .reason = fmt::format("outside of its hours (hours: {})", options_.hours->ToString())};
  }
  if (options_.suspend_on_battery && reading.on_battery) {
    return {.slots_allowed = 0, .reason = "on battery (on_battery: suspend)"};
  }
  if (options_.idle_only && reading.in_use) {
    return {.slots_allowed = 0, .reason = "its owner uses it (idle_only: true)"};
  }
  if (paused_ == 0) return {.slots_allowed = slots_, .reason = {}};
  return {.slots_allowed = slots_ - paused_,
          .reason = fmt::format("hot: {:.0f} degrees, max_temp {:.0f}; {} of {} slots pause",
                                reading.temperature, options_.max_temperature, paused_, slots_)};
}

}  // namespace motzkin::worker
