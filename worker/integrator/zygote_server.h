// The zygote's side of zygote.h, for engines that are linked into this binary.
//
// Runs in a fork of the supervisor, single-threaded, until the supervisor closes the command pipe.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "worker/integrator/zygote.h"

namespace motzkin::integrator {

struct ZygoteHooks {
  // Once, in the zygote: loads and warms the engine; returns its version. Trusted input only.
  std::function<std::string()> warm_up;
  // In a leaf: what goes into the answer pipe. What it throws ends the leaf with exit code 1.
  std::function<std::string(std::string_view input)> answer;
  sandbox::LeafFiles leaf_files = sandbox::LeafFiles::kNone;
  // Tests of the supervisor's own reach switch the filter off.
  bool filter_leaves = true;
};

void ServeZygote(const ZygotePipes& pipes, const ZygoteHooks& hooks);

}  // namespace motzkin::integrator
