#include "worker/capabilities.h"

#include <algorithm>

namespace motzkin::worker {

IntegratorOptions IntegratorOptionsOf(const Config& config, const Capabilities& capabilities) {
  IntegratorOptions options;
  options.binary = config.integrator.string();
  options.engines = config.engines;
  options.engine_memory_bytes = config.engine_memory_bytes;
  options.sandbox_level = capabilities.sandbox_level;
  options.cgroup = capabilities.cgroup;
  options.idle_priority = config.idle_priority;
  return options;
}

WriterOptions WriterOptionsOf(const Config& config, const StateDirectory& state) {
  WriterOptions options;
  options.worker_uuid = state.worker_uuid();
  options.memory_bytes_max = config.result_memory_bytes;
  options.spool_time = config.spool_time;
  options.spool_bytes_max = config.spool_bytes_max;
  // The minimum may not exceed the maximum, because SpoolBound() clamps between the two.
  options.spool_bytes_min = std::min(options.spool_bytes_min, config.spool_bytes_max);
  return options;
}

RunnerOptions RunnerOptionsOf(const Config& config, const Capabilities& capabilities,
                              SpeedGauge& speed) {
  RunnerOptions options;
  options.integrator = IntegratorOptionsOf(config, capabilities);
  options.speed = &speed;
  options.engine_versions = {capabilities.engines.begin(), capabilities.engines.end()};
  return options;
}

}  // namespace motzkin::worker
