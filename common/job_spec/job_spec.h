// The presets of jobs and the ranges of their settings. job_yaml.h reads and prints files.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "motzkin/v1/job.pb.h"

namespace motzkin {

// A range that includes both ends.
struct Range {
  int64_t min;
  int64_t max;
};

// The ranges that proto/motzkin/v1/job.proto documents.
inline constexpr Range kTargetRange{0, 1'000'000'000'000};
inline constexpr Range kEngineMemoryRange{64ll << 20, 16ll << 30};
inline constexpr Range kIntegralBytesRange{1, 65'536};
inline constexpr Range kBudgetMsRange{1, 600'000};
inline constexpr Range kLadderStepsRange{1, 8};
inline constexpr Range kNodesRange{0, 30};
inline constexpr Range kWeightRange{1, 1'000};
inline constexpr Range kVariablePermilleRange{1, 1'000};
inline constexpr Range kPermilleRange{0, 1'000};
inline constexpr Range kIntegerRange{-1'000'000, 1'000'000};
inline constexpr Range kSmallOneInRange{0, 1'000'000};
inline constexpr Range kTokensRange{1, 4'096};
inline constexpr Range kNestedExponentialsRange{0, 100};

// The engines that a ladder may name.
std::span<const std::string_view> EngineNames();
// The least memory, in bytes, with which `engine` solves anything: below it every function would be
// stored as `memory_exceeded`. At least kEngineMemoryRange.min.
int64_t EngineMemoryMin(std::string_view engine);
// INVALID_ARGUMENT: `memory` is out of range, or less than `engine` needs; names `setting`.
absl::Status CheckEngineMemory(std::string_view setting, std::string_view engine, int64_t memory);

// Returns the full spec of a preset, named after it and with seed 1. NOT_FOUND: there is no such
// preset; the message lists the presets.
absl::StatusOr<v1::JobSpec> JobFromPreset(std::string_view name);
// Returns the same with the preset's parameters for `kind`; KIND_UNSPECIFIED is the preset's own
// kind.
absl::StatusOr<v1::JobSpec> JobFromPreset(std::string_view name, v1::Kind kind);
// Returns a spec with the limits, the default ladder and target, to which a preset or a user adds
// the rest.
v1::JobSpec DefaultJob();

// INVALID_ARGUMENT: a field is wrong; the message names the first one, its range and what to do.
// The coordinator validates every spec that it is sent, so a spec that passes is safe to pin.
absl::Status ValidateJobSpec(const v1::JobSpec& spec);

}  // namespace motzkin
