// Named generators. docs/generators.md lists what each deviates from its source in.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/generator/generator_spec.h"

namespace motzkin::generator {

// "intclass", "lample-charton", "lample-charton-paper", "hebisch".
std::vector<std::string> PresetNames();

// The kind the preset is known for: backward for hebisch, otherwise forward.
Kind NaturalKind(std::string_view name);

// The preset in its natural kind, or as its source has it for `kind`: lample-charton's numbers of
// nodes and filters differ between kinds.
//
// NOT_FOUND: no such preset; the message lists those there are.
absl::StatusOr<GeneratorSpec> Preset(std::string_view name);
absl::StatusOr<GeneratorSpec> Preset(std::string_view name, Kind kind);

}  // namespace motzkin::generator
