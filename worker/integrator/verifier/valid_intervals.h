// Finds where on [-8, 8] an answer that is only partly right is right.
//
// Intervals are halved until F' and f are analytic on each piece, which is proved by evaluating on
// the whole piece as one ball, or until the piece is 1/1024 wide. On a run of neighbouring analytic
// pieces F' - f is analytic too. So one point where it is not 0 makes the whole run wrong, however
// many other points agree because a dominant term hides the difference.
#pragma once

#include <cstdint>
#include <vector>

#include "common/ball/evaluator.h"
#include "motzkin/v1/outcome.pb.h"
#include "worker/integrator/verifier/point_tester.h"

namespace motzkin::integrator {

struct IntervalSearch {
  // Ascending and disjoint.
  google::protobuf::RepeatedPtrField<motzkin::v1::Interval> valid;
  // The same for where the answer is proved wrong.
  google::protobuf::RepeatedPtrField<motzkin::v1::Interval> refuted;
  // Whether every run was tested. Then outside of both the answer has no value, or f is not real, up
  // to 1/512 of the line.
  bool complete = false;
};

// `evaluator` has f as its value and differentiates F; `tested` are points that are already known.
// Spends at most `work_max` more of the evaluator's work; what was not reached counts as not valid.
IntervalSearch FindValidIntervals(ball::Evaluator& evaluator,
                                  const std::vector<TestedPoint>& tested, uint64_t work_max);

}  // namespace motzkin::integrator
