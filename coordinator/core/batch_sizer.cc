#include "coordinator/core/batch_sizer.h"

#include <algorithm>
#include <cmath>

namespace motzkin::coordinator {
namespace {

int64_t FunctionsIn(absl::Duration time, double functions_per_minute) {
  const double functions = absl::ToDoubleMinutes(time) * functions_per_minute;
  // The speed is a worker's word. Without a bound, the cast of a very large one would be undefined.
  return static_cast<int64_t>(std::min(functions, 1e12));
}

}  // namespace

WorkSize SizeWork(const SizerPolicy& policy, const SizerInput& input) {
  const int64_t slots = std::clamp<int64_t>(
      input.slots, 1, std::max<int64_t>(policy.slots_believed, input.delivered));
  WorkSize size;
  const int64_t first = std::min<int64_t>(slots, policy.slots_believed) *
                        policy.batches_first_per_slot * policy.batch_first;
  if (input.functions_per_minute <= 0) {
    size.batch = policy.batch_first;
    size.hold = first;
  } else {
    size.batch = FunctionsIn(policy.batch, input.functions_per_minute);
    // Two functions a slot keep every core busy however slow the worker is.
    size.hold = std::max(2 * slots, FunctionsIn(policy.buffer, input.functions_per_minute));
  }
  // The word of the worker can make its part smaller, and proof alone makes it larger.
  size.hold = std::min(size.hold, std::max(first, 2 * input.delivered));
  if (input.stalls >= policy.stalls_before_small) size.hold = policy.batch_min;
  size.hold /= std::max(input.jobs, 1);
  if (input.remaining >= 0) {
    // Workers that share what is left by speed finish at the same moment. No worker gets less than
    // a function a slot.
    const double part =
        std::ceil(static_cast<double>(input.remaining) * std::clamp(input.share, 0.0, 1.0));
    size.hold = std::min(size.hold, std::max(slots, static_cast<int64_t>(part)));
  }
  // The planner divides by it.
  size.hold = std::max<int64_t>(size.hold, 1);
  size.batch = std::clamp(size.batch, policy.batch_min, policy.batch_max);
  // A worker holds at least four batches, so that whole ones can move to a worker that ran dry.
  size.batch = std::clamp<int64_t>(size.batch, 1, std::max(policy.batch_min, size.hold / 4));
  return size;
}

}  // namespace motzkin::coordinator
