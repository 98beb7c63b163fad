// Coordinator and worker must have understood a job's spec in the same way before a result is
// accepted. They compare its digest.
#pragma once

#include <string>

#include "motzkin/v1/job.pb.h"

namespace motzkin {

// Returns the SHA-256 over the spec's fields in a fixed order, 32 bytes. Fields that this binary
// does not know are left out. So an older worker that would ignore a new field has another digest,
// and its results are not accepted.
std::string SpecDigest(const v1::JobSpec& spec);

}  // namespace motzkin
