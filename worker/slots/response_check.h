// Whether a Response makes sense as the answer to a Request. It comes from a sandbox that ran
// hostile input: nothing of it may be used before this.
//
// DATA_LOSS, naming the field, when: the id or the kind of answer differ; an enum is out of range;
// a text is too long, not printable ASCII (messages of engines excepted) or not a prefix expression
// where it should be; a number is negative, not finite or absurd; the parts contradict each other.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include "motzkin/integrator/v1/integrator.pb.h"

namespace motzkin::worker {

absl::Status CheckResponse(const integrator::v1::Request& request,
                           const integrator::v1::Response& response);

}  // namespace motzkin::worker
