// Checks a motzkin.v1.GeneratorSpec.
#pragma once

#include <absl/status/status.h>

#include <cstdint>

#include "common/generator/tree_count.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin::generator {

// A range that includes both ends.
struct Range {
  int64_t min;
  int64_t max;
};

// The ranges that proto/motzkin/v1/job.proto documents.
inline constexpr Range kNodesRange{0, kInternalNodesMax};
inline constexpr Range kWeightRange{1, 1'000};
inline constexpr Range kVariablePermilleRange{1, 1'000};
inline constexpr Range kPermilleRange{0, 1'000};
inline constexpr Range kIntegerRange{-1'000'000, 1'000'000};
inline constexpr Range kSmallOneInRange{0, 1'000'000};
inline constexpr Range kTokensRange{1, 4'096};
inline constexpr Range kNestedExponentialsRange{0, 100};

// INVALID_ARGUMENT: a field is out of range; the message names it, its value and its range.
// FAILED_PRECONDITION: this build does not have that version of the generator or canonical form.
absl::Status ValidateSpec(const v1::GeneratorSpec& spec);

}  // namespace motzkin::generator
