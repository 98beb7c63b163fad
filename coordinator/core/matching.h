// Which worker may take which job: a full match or nothing. Two machines with different versions
// would give different labels to the same functions.
#pragma once

#include <string>
#include <vector>

#include "coordinator/core/types.h"

namespace motzkin::coordinator {

// What the worker lacks for the job, in words ("fricas 1.3.8"); empty: a full match.
std::string Lacks(const JobRules& job, const WorkerReport& worker);

// Why none of `workers` may take the job, in words ("no worker has fricas 1.3.8"); empty: one may.
std::string WhyNobody(const JobRules& job, const std::vector<const WorkerReport*>& workers);

}  // namespace motzkin::coordinator
