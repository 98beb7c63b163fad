// Checks a motzkin.v1.GeneratorSpec.
#pragma once

#include <absl/status/status.h>

#include "motzkin/v1/job.pb.h"

namespace motzkin::generator {

// INVALID_ARGUMENT: a field is out of range; the message names it, its value and its range.
// FAILED_PRECONDITION: this build does not have that version of the generator or canonical form.
absl::Status ValidateSpec(const v1::GeneratorSpec& spec);

}  // namespace motzkin::generator
