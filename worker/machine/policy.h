// Decides how many slots may work, by what the machine's owner allows: hours of the day, presence,
// battery and heat. Reads sysfs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/base/boot_time.h"
#include "worker/machine/working_hours.h"

namespace motzkin::worker {

struct PolicyOptions {
  // In degrees Celsius. While the machine is hotter, a quarter of the slots more pauses every minute,
  // and once it is 5 degrees cooler, they come back in the same way. 0: no limit.
  double max_temperature = 0;
  bool suspend_on_battery = true;
  std::optional<WorkingHours> hours = {};  // empty: at any time
  bool idle_only = false;                  // only while the machine is not in use
};

// Returns the limit that suits most machines of this kind, in degrees Celsius: 80 for a Raspberry
// Pi, which slows itself down from there on, else 90. `root` is / except in tests.
double DefaultMaxTemperature(const std::filesystem::path& root = "/");

struct MachineReading {
  double temperature = 0;  // the hottest zone's, in degrees Celsius; 0: unknown
  // A battery of the machine itself discharges, and no mains adapter is online.
  bool on_battery = false;
  double load = 0;        // the load average of the last minute
  int minute_of_day = 0;  // see MinuteOfDay()
  bool in_use = false;    // see OwnerPresence; only asked with idle_only
};

// Reads temperature, battery and load, and leaves the rest. `sysfs` is /sys except in tests. A value that
// cannot be read is unknown, never an error.
MachineReading ReadMachine(const std::filesystem::path& sysfs);

struct PolicyDecision {
  int slots_allowed = 0;
  // A sentence for worker_status; empty if no slot is held back.
  std::string reason;
};

// Remembers how many slots pause because of heat. Thread-compatible.
class Policy {
 public:
  Policy(const PolicyOptions& options, int slots) : options_(options), slots_(slots) {}
  // The first reason that holds all slots back is told: hours, then battery, then the owner's
  // presence. Heat comes last. An unknown temperature holds no slot back.
  PolicyDecision Decide(const MachineReading& reading, BootTime now);

 private:
  // Takes the next step, if it is time for one.
  void StepByHeat(double temperature, BootTime now);

  const PolicyOptions options_;
  const int slots_;
  int paused_ = 0;
  BootTime next_step_;
};

}  // namespace motzkin::worker
