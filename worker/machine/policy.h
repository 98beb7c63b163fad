// Decides how many slots may work, by the limits that the machine's owner sets for heat and
// battery. Reads sysfs.
#pragma once

#include <filesystem>
#include <string>

namespace motzkin::worker {

struct PolicyOptions {
  // In degrees Celsius. Above it half of the slots pause until the machine is 5 degrees cooler. 0:
  // no limit.
  double max_temperature = 0;
  bool suspend_on_battery = false;
};

struct MachineReading {
  double temperature = 0;  // the hottest zone's, in degrees Celsius; 0: unknown
  // A battery of the machine itself discharges, and no mains adapter is online.
  bool on_battery = false;
};

// `sysfs` is /sys except in tests. A value that cannot be read is unknown, never an error.
MachineReading ReadMachine(const std::filesystem::path& sysfs);

struct PolicyDecision {
  int slots_allowed = 0;
  // A sentence for worker_status; empty if no slot is held back.
  std::string reason;
};

// Remembers whether the machine is cooling down. Thread-compatible.
class Policy {
 public:
  Policy(const PolicyOptions& options, int slots) : options_(options), slots_(slots) {}
  // Battery comes before heat. An unknown temperature holds no slot back.
  PolicyDecision Decide(const MachineReading& reading);

 private:
  const PolicyOptions options_;
  const int slots_;
  bool hot_ = false;
};

}  // namespace motzkin::worker
