// Named generators. docs/generators.md says where each deviates from its source.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

#include "motzkin/v1/job.pb.h"

namespace motzkin::generator {

// Returns the spec from which every preset starts: no operators, 1 .. 10 nodes, half of the leaves
// x, integers 1 .. 5, at most 512 tokens.
v1::GeneratorSpec DefaultSpec();

// Returns "intclass", "lample-charton", "lample-charton-paper" and "hebisch".
std::vector<std::string> PresetNames();

// Returns the preset as its source has it for `kind`: the numbers of nodes and the filters of
// lample-charton differ between kinds. KIND_UNSPECIFIED is the kind that the preset is known for:
// backward for hebisch, otherwise forward.
//
// NOT_FOUND: no such preset; the message lists the presets.
absl::StatusOr<v1::GeneratorSpec> Preset(std::string_view name,
                                         v1::Kind kind = v1::KIND_UNSPECIFIED);

}  // namespace motzkin::generator
