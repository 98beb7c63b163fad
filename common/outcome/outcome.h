// Turns a verdict into an outcome, for the integrator, the worker and the CLI. This is a header
// only, because the integrator compiles it against the lite runtime of protobuf, and the others
// against the full one.
#pragma once

#include "motzkin/v1/outcome.pb.h"

namespace motzkin {

// Returns the outcome of a function whose best answer got this verdict.
inline v1::Outcome OutcomeOf(v1::Verification::Verdict verdict) {
  switch (verdict) {
    case v1::Verification::VERDICT_VERIFIED:
    case v1::Verification::VERDICT_COMPLEX_ONLY:
      return v1::OUTCOME_INTEGRATED;
    case v1::Verification::VERDICT_PARTLY:
      return v1::OUTCOME_PARTLY;
    case v1::Verification::VERDICT_REFUTED:
      return v1::OUTCOME_REFUTED;
    default:
      // Enums are open. A value that is unknown here never means that the answer is right.
      return v1::OUTCOME_UNVERIFIED;
  }
}

}  // namespace motzkin
