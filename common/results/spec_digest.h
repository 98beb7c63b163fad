// What coordinator and worker must agree on before a result is accepted: the job's spec, as
// understood.
#pragma once

#include <string>

#include "motzkin/v1/job.pb.h"

namespace motzkin {

// 32 bytes: SHA-256 over the spec's fields in a fixed order. Fields that this binary does not know
// are left out, so an older worker that would ignore a new field gives another digest, and is not
// believed.
std::string SpecDigest(const v1::JobSpec& spec);

}  // namespace motzkin
