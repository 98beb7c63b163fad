// What this machine's owner allows: heat and battery. Reads sysfs; decides how many slots may work.
#pragma once

#include <filesystem>
#include <string>

namespace motzkin::worker {

struct PolicyOptions {
  // Degrees Celsius; above it half of the slots pause until it is 5 degrees cooler. 0: no limit.
  double max_temperature = 0;
  bool suspend_on_battery = false;
};

struct MachineReading {
  double temperature = 0;   // Of the hottest zone, degrees Celsius; 0: unknown.
  bool on_battery = false;  // A battery discharges and no mains adapter is online.
};

// `sysfs` is /sys but in tests. What cannot be read is unknown, never an error.
MachineReading ReadMachine(const std::filesystem::path& sysfs);

struct PolicyDecision {
  int slots_allowed = 0;
  // A sentence for worker_status; empty when nothing is held back.
  std::string reason;
};

// Remembers whether it is cooling down. Thread-compatible.
class Policy {
 public:
  Policy(const PolicyOptions& options, int slots) : options_(options), slots_(slots) {}
  PolicyDecision Decide(const MachineReading& reading);

 private:
  const PolicyOptions options_;
  const int slots_;
  bool hot_ = false;
};

}  // namespace motzkin::worker
