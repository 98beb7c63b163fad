// From a verdict to an outcome, for the integrator, the worker and the CLI. Header only: the
// integrator compiles it against the lite runtime of protobuf, the others against the full one.
#pragma once

#include "motzkin/v1/outcome.pb.h"

namespace motzkin {

// The outcome of a function whose best answer got this verdict.
inline v1::Outcome OutcomeOf(v1::Verification::Verdict verdict) {
  switch (verdict) {
    case v1::Verification::VERDICT_VERIFIED:
    case v1::Verification::VERDICT_COMPLEX_ONLY:
      return v1::OUTCOME_INTEGRATED;
    case v1::Verification::VERDICT_PARTLY:
      return v1::OUTCOME_PARTLY;
    case v1::Verification::VERDICT_REFUTED:
      return v1::OUTCOME_REFUTED;
    default:  // An open enum: no value that is unknown here says that the answer is right.
      return v1::OUTCOME_UNVERIFIED;
  }
}

}  // namespace motzkin
