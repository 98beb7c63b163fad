// What a GeneratorSpec may hold.
#pragma once

#include <absl/status/status.h>

#include "common/generator/generator_spec.h"

namespace motzkin::generator {

// INVALID_ARGUMENT: names the field, what it is and what it may be. FAILED_PRECONDITION: a
// generator or canonical-form version that this build does not have.
absl::Status ValidateSpec(const GeneratorSpec& spec);

}  // namespace motzkin::generator
