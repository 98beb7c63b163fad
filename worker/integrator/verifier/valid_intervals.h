// Where on [-8, 8] an answer that is right only partly is right.
//
// Intervals are cut in halves until F' and f are analytic on each piece, which evaluation on the
// whole piece as one ball proves, or the piece is 1/1024 wide. On a run of such pieces F' - f is
// analytic, so one point where it is not 0 makes all of the run wrong, however many others seem
// right because a dominant term hides the difference there.
#pragma once

#include <cstdint>
#include <vector>

#include "common/ball/evaluator.h"
#include "worker/integrator/verifier/point_tester.h"
#include "worker/integrator/verifier/verifier.h"

namespace motzkin::integrator {

struct IntervalSearch {
  // Ascending and disjoint.
  std::vector<ValidInterval> valid;
  // Every run was tested: outside of `valid` the answer is wrong, f is not real, or less than 1/512
  // of the line is left.
  bool complete = false;
};

// `evaluator` has f as its value and F as what is differentiated; `tested` are points known
// already. Spends at most `work_max` more of its work; what was not reached counts as not valid.
IntervalSearch FindValidIntervals(ball::Evaluator& evaluator,
                                  const std::vector<TestedPoint>& tested, uint64_t work_max);

}  // namespace motzkin::integrator
