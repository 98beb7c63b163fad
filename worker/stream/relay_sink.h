// Sends results through the coordinator, for a worker that cannot reach Postgres.
#pragma once

#include <memory>

#include "common/joining/coordinator_access.h"
#include "worker/results/result_sink.h"

namespace motzkin::worker {

// The sink calls the coordinator's SubmitResults on a connection of its own. For one thread. `access`
// must outlive it.
std::unique_ptr<ResultSink> NewRelaySink(const joining::CoordinatorAccess& access);

}  // namespace motzkin::worker
