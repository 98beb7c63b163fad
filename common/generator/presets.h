// Named generators. docs/generators.md says where each deviates from its source.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/generator/generator_spec.h"

namespace motzkin::generator {

// Returns "intclass", "lample-charton", "lample-charton-paper" and "hebisch".
std::vector<std::string> PresetNames();

// Returns the kind that the preset is known for: backward for hebisch, otherwise forward.
Kind NaturalKind(std::string_view name);

// Returns the preset in its natural kind, or as its source has it for `kind`: the numbers of nodes
// and the filters of lample-charton differ between kinds.
//
// NOT_FOUND: no such preset; the message lists the presets.
absl::StatusOr<GeneratorSpec> Preset(std::string_view name);
absl::StatusOr<GeneratorSpec> Preset(std::string_view name, Kind kind);

}  // namespace motzkin::generator
