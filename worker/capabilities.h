// The abilities of a worker's machine, and the options of its parts that follow from these and from its
// settings.
//
// Thread-safe.
#pragma once

#include <absl/time/time.h>

#include <string>
#include <utility>
#include <vector>

#include "worker/config.h"
#include "worker/machine/speed_gauge.h"
#include "worker/machine/state_dir.h"
#include "worker/results/result_writer.h"
#include "worker/sandbox/level.h"
#include "worker/slots/calibration.h"
#include "worker/slots/function_runner.h"
#include "worker/slots/integrator_process.h"

namespace motzkin::worker {

// The abilities of this machine, which are found out before the daemon starts.
struct Capabilities {
  std::vector<std::pair<std::string, std::string>> engines;  // names and exact versions
  SpeedFactors speed_factors;
  absl::Duration calibration_cpu;  // CPU time that measuring the factors took
  sandbox::Level sandbox_level = sandbox::Level::kNone;
  // The cgroup for integrators; null if none is delegated. It outlives the daemon.
  const sandbox::DelegatedCgroup* cgroup = nullptr;
};

IntegratorOptions IntegratorOptionsOf(const Config& config, const Capabilities& capabilities);
WriterOptions WriterOptionsOf(const Config& config, const StateDirectory& state);
// `speed` must outlive what the options are for.
RunnerOptions RunnerOptionsOf(const Config& config, const Capabilities& capabilities,
                              SpeedGauge& speed);

}  // namespace motzkin::worker
