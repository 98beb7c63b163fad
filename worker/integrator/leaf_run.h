// Runs one function in one leaf of a zygote, within its limits. When it returns, the leaf is dead
// and reaped.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "worker/integrator/engines/engine.h"
#include "worker/integrator/zygote.h"

namespace motzkin::integrator {

enum class LeafEnd {
  kExited,     // by itself, with exit code `code`
  kSignalled,  // by signal `code`, which we did not send
  kCpuBudget,
  kStalled,
  kTooLong,  // its output exceeded EngineLimits::answer_bytes
};

struct LeafRun {
  LeafEnd end = LeafEnd::kExited;
  int code = 0;
  // The leaf's output: arbitrary bytes, at most EngineLimits::answer_bytes.
  std::string output;
  absl::Duration cpu;
  // CPU of the zygote for this leaf; most of it copies page tables.
  absl::Duration zygote_cpu;
  int64_t rss_kb = 0;
};

// An error means that the zygote is lost: start another.
//
// A leaf that answers after its budget counts as kCpuBudget. The CPU that it used decides, not the
// moment at which the supervisor looked.
absl::StatusOr<LeafRun> RunLeaf(Zygote& zygote, std::string_view input, const EngineLimits& limits);

}  // namespace motzkin::integrator
