// Where on [-8, 8] an answer that is right only partly is right.
//
// Intervals are cut in halves until F' and f are analytic on each piece, which evaluation on the
// whole piece as one ball proves, or the piece is 1/1024 wide. On a run of such pieces F' - f is
// analytic, so one point of it decides for all of it.
#pragma once

#include <cstdint>
#include <vector>

#include "common/ball/evaluator.h"
#include "worker/integrator/verifier/verifier.h"

namespace motzkin::integrator {

// `evaluator` has f as its value and F as what is differentiated. Spends at most `work_max` more of
// its work; what was not reached counts as not right. Ascending and disjoint.
std::vector<ValidInterval> FindValidIntervals(ball::Evaluator& evaluator, uint64_t work_max);

}  // namespace motzkin::integrator
