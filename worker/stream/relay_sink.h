// Sends results through the coordinator, for a worker that cannot reach Postgres.
#pragma once

#include <memory>
#include <string>

#include "worker/results/result_sink.h"

namespace motzkin::worker {

// The sink calls the coordinator's SubmitResults on a connection of its own. For one thread.
std::unique_ptr<ResultSink> NewRelaySink(const std::string& coordinator_address);

}  // namespace motzkin::worker
