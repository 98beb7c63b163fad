// Checks what must hold of leases at any time, for the simulator and for the fuzzer of messages.
// Each check returns the violation in words, or "" if there is none.
#pragma once

#include <string>

#include "coordinator/core/scheduler.h"
#include "tests/sim/model_store.h"

namespace motzkin::coordinator {

// Complains if an index is leased twice.
std::string OverlappingLeases(const Scheduler& scheduler);
// Complains if a worker is shown a lease that is not durable.
std::string UnstoredLease(const Scheduler& scheduler, const ModelStore& store);

}  // namespace motzkin::coordinator
