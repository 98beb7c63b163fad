// Checks whether a Response makes sense as the answer to a Request. It comes from a sandbox that
// ran hostile input, so nothing of it may be used before this check.
//
// Thread-safe.
#pragma once

#include <absl/status/status.h>

#include "motzkin/integrator/v1/integrator.pb.h"

namespace motzkin::worker {

// DATA_LOSS, with the name of the field, if one of these holds:
//   - the id is another one, or the kind of answer does not fit the request
//   - an enum is out of range
//   - a text is too long, is not printable ASCII (messages of engines may be anything), or is no
//     prefix expression where it should be one
//   - a number is negative, not finite or absurdly large
//   - the parts contradict each other
absl::Status CheckResponse(const integrator::v1::Request& request,
                           const integrator::v1::Response& response);

}  // namespace motzkin::worker
