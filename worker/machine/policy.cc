#include "worker/machine/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace motzkin::worker {
namespace {

// Hysteresis: without it, a machine at its limit would flap at every reading.
constexpr double kCoolDownDegrees = 5;

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

}  // namespace

MachineReading ReadMachine(const std::filesystem::path& sysfs) {
  return {.temperature = HottestZone(sysfs / "class/thermal"),
          .on_battery = OnBattery(sysfs / "class/power_supply")};
}

PolicyDecision Policy::Decide(const MachineReading& reading) {
  if (options_.suspend_on_battery && reading.on_battery) {
    return {.slots_allowed = 0, .reason = "on battery (on_battery: suspend)"};
  }
  if (options_.max_temperature <= 0 || reading.temperature <= 0)
    return {.slots_allowed = slots_, .reason = {}};
  const double limit = options_.max_temperature - (hot_ ? kCoolDownDegrees : 0);
  hot_ = reading.temperature > limit;
  // Half of a single slot is none: a worker with one slot pauses altogether.
  if (!hot_) return {.slots_allowed = slots_, .reason = {}};
  return {.slots_allowed = slots_ / 2,
          .reason = fmt::format("hot: {:.0f} degrees, max_temp {:.0f}; half of the slots pause",
                                reading.temperature, options_.max_temperature)};
}

}  // namespace motzkin::worker
