// One function through one leaf of a zygote, within its limits. When it returns, the leaf is dead
// and reaped.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "worker/integrator/engines/engine.h"
#include "worker/integrator/zygote.h"

namespace motzkin::integrator {

enum class LeafEnd {
  kExited,     // by itself: `code`
  kSignalled,  // by a signal that we did not send: `code`
  kCpuBudget,
  kStalled,
  kTooLong,  // its output passed EngineLimits::answer_bytes
};

struct LeafRun {
  LeafEnd end = LeafEnd::kExited;
  int code = 0;
  // What it wrote; any bytes, at most EngineLimits::answer_bytes.
  std::string output;
  absl::Duration cpu;
  // What the zygote itself spent on this leaf: copying its page tables, mostly.
  absl::Duration zygote_cpu;
  int64_t rss_kb = 0;
};

// An error: the zygote is lost, start another.
//
// A leaf that answers after its budget counts as kCpuBudget: what decides is the CPU it used, not
// when the supervisor looked.
absl::StatusOr<LeafRun> RunLeaf(Zygote& zygote, std::string_view input, const EngineLimits& limits);

}  // namespace motzkin::integrator
