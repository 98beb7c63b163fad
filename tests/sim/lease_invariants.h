// What must hold of leases whatever happens; "" or what does not hold, in words. For the simulator
// and for the fuzzer of messages.
#pragma once

#include <string>

#include "coordinator/core/scheduler.h"
#include "tests/sim/model_store.h"

namespace motzkin::coordinator {

// No index is leased twice.
std::string OverlappingLeases(const Scheduler& scheduler);
// Whatever a worker is shown is durable.
std::string UnstoredLease(const Scheduler& scheduler, const ModelStore& store);

}  // namespace motzkin::coordinator
