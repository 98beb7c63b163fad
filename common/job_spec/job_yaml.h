// Reads and prints jobs as YAML files. deploy/jobs/ has one in which every key is explained. The
// keys are the fields of motzkin.v1.JobSpec, except that sizes may have units and enums are their
// words in lower case.
//
// `preset:` fills in everything that the file leaves out. Thread-safe.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

#include "motzkin/v1/job.pb.h"

namespace motzkin {

// The result has passed ValidateJobSpec. INVALID_ARGUMENT, "FILE:LINE: the fault and its cure": the
// text is not such a job. A file without `name` is named after its preset, or else after the file.
absl::StatusOr<v1::JobSpec> ParseJobYaml(std::string_view text, std::string_view filename);

// Prints the full spec with every default filled in. ParseJobYaml returns an identical spec, unless
// it names a preset of a later version.
std::string JobToYaml(const v1::JobSpec& spec);

}  // namespace motzkin
