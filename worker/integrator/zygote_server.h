// The zygote's side of zygote.h, for engines that are linked into this binary.
//
// It runs in a fork of the supervisor, single-threaded, until the supervisor closes the command
// pipe.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "worker/integrator/zygote.h"

namespace motzkin::integrator {

struct ZygoteHooks {
  // Called once, in the zygote: loads and warms up the engine and returns its version. It gets
  // trusted input only.
  std::function<std::string()> warm_up;
  // Called in a leaf: returns the text for the answer pipe. An exception ends the leaf with exit
  // code 1.
  std::function<std::string(std::string_view input)> answer;
  sandbox::LeafFiles leaf_files = sandbox::LeafFiles::kNone;
  // Tests of the supervisor's own reach switch the filter off.
  bool filter_leaves = true;
};

void ServeZygote(const ZygotePipes& pipes, const ZygoteHooks& hooks);

}  // namespace motzkin::integrator
