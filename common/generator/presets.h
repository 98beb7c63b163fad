// Named generators. docs/dataset.md lists what each deviates from its source in.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/generator/generator_spec.h"

namespace motzkin::generator {

// "intclass", "lample-charton", "lample-charton-paper", "hebisch".
std::vector<std::string> PresetNames();

// NOT_FOUND: no such preset; the message lists those there are.
absl::StatusOr<GeneratorSpec> Preset(std::string_view name);

}  // namespace motzkin::generator
