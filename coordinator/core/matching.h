// Tells which worker may take which job. Only a full match will do, because two machines with
// different versions would give different labels to the same functions.
#pragma once

#include <string>
#include <vector>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

// Names what the worker lacks for the job ("fricas 1.3.8"); empty if it is a full match.
std::string Lacks(const JobRules& job, const WorkerReport& worker);

// Says why none of `workers` may take the job ("no worker has fricas 1.3.8"); empty if one may.
std::string WhyNoWorker(const JobRules& job, const std::vector<const WorkerReport*>& workers);

}  // namespace motzkin::coordinator
