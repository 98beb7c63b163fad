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

#include "common/generator/spec_validation.h"
#include "motzkin/v1/job.pb.h"

namespace motzkin {

using generator::Range;

// The ranges that proto/motzkin/v1/job.proto documents. Those of the generator are in
// common/generator/spec_validation.h.
inline constexpr Range kTargetRange{0, 1'000'000'000'000};
inline constexpr Range kEngineMemoryRange{64ll << 20, 16ll << 30};
inline constexpr Range kIntegralBytesRange{1, 65'536};
inline constexpr Range kBudgetMsRange{1, 600'000};
inline constexpr Range kLadderStepsRange{1, 8};

// The engines that a ladder may name.
std::span<const std::string_view> EngineNames();
// The least memory, in bytes, with which `engine` solves anything: below it every function would be
// stored as `memory_exceeded`. At least kEngineMemoryRange.min.
int64_t EngineMemoryMin(std::string_view engine);
// INVALID_ARGUMENT: `memory` is out of range, or less than `engine` needs; names `setting`.
absl::Status CheckEngineMemory(std::string_view setting, std::string_view engine, int64_t memory);

// Returns the full spec of a preset, named after it and with seed 1. KIND_UNSPECIFIED is the
// preset's own kind. NOT_FOUND: there is no such preset; the message lists the presets.
absl::StatusOr<v1::JobSpec> JobFromPreset(std::string_view name,
                                          v1::Kind kind = v1::KIND_UNSPECIFIED);
// Returns a spec with the limits, the default ladder and target, to which a preset or a user adds
// the rest.
v1::JobSpec DefaultJob();

// INVALID_ARGUMENT: a field is wrong; the message names the first one, its range and what to do.
// The coordinator validates every spec that it is sent, so a spec that passes is safe to pin.
absl::Status ValidateJobSpec(const v1::JobSpec& spec);

}  // namespace motzkin
