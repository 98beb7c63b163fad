// The ranges of a GeneratorSpec's fields.
#pragma once

#include <absl/status/status.h>

#include "common/generator/generator_spec.h"

namespace motzkin::generator {

// INVALID_ARGUMENT: a field is out of range; the message names it, its value and its range.
// FAILED_PRECONDITION: this build does not have that version of the generator or canonical form.
absl::Status ValidateSpec(const GeneratorSpec& spec);

}  // namespace motzkin::generator
