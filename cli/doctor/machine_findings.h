// Looks at this machine as a worker would: memory, disk, sandbox, engines, heat and power.
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "cli/doctor/finding.h"
#include "motzkin/integrator/v1/integrator.pb.h"
#include "worker/machine/policy.h"
#include "worker/sandbox/level.h"

namespace motzkin::cli {

struct MachineQuestions {
  std::string integrator;  // the value of --integrator; empty: the one beside `motzkin`
  std::filesystem::path state_directory;
  // HOST:PORT. Beside a coordinator a worker leaves a core to it.
  std::string coordinator;
};

// Takes some seconds, as the engines start.
Findings LookAtMachine(const MachineQuestions& questions);

// The single findings, of what was measured.
Finding PagesFound(int64_t page_bytes);
// `available` is in bytes, negative if unknown; `engine` is what a slot may need.
Finding MemoryFound(int64_t available, int cores, int64_t engine);
// `directory`, or the nearest folder above that exists, must be one in which this user may write.
Finding DiskFound(const std::filesystem::path& directory);
Finding SandboxFound(const sandbox::Probe& probe, const std::string& advice);
Findings EnginesFound(const integrator::v1::Description& description);
// The limit is in degrees Celsius.
Finding HeatFound(const worker::MachineReading& reading, double limit);
Finding PowerFound(const worker::MachineReading& reading);

}  // namespace motzkin::cli
