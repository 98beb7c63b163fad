// Jobs as YAML files. deploy/jobs/ has one with every key explained; the keys are the fields of
// motzkin.v1.JobSpec, but that sizes may have units and enums are their words in lower case.
//
// `preset:` fills in everything that the file leaves out. Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "motzkin/v1/job.pb.h"

namespace motzkin {

// The result has passed ValidateJobSpec. INVALID_ARGUMENT, "FILE:LINE: what and its cure". A file
// that gives no `name` is called after its preset, else after the file.
absl::StatusOr<v1::JobSpec> ParseJobYaml(std::string_view text, std::string_view filename);

// The full spec with every default filled in; ParseJobYaml gives the identical spec back, unless it
// names a preset of a later version.
std::string JobToYaml(const v1::JobSpec& spec);

}  // namespace motzkin
