// The check of a motzkin.v1.GeneratorSpec against its ranges.
#pragma once

#include <absl/status/status.h>

#include "motzkin/v1/job.pb.h"

namespace motzkin::generator {

// INVALID_ARGUMENT: names the field, what it is and what it may be. FAILED_PRECONDITION: a
// generator or canonical-form version that this build does not have.
absl::Status ValidateSpec(const v1::GeneratorSpec& spec);

}  // namespace motzkin::generator
