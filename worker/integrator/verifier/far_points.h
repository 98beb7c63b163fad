// Looks for points where a function lives that has no value, or no more than a trace of one, at the usual
// points: exp(exp(2016*x) + 6048*x) overflows at x = 0.01, and at x = -0.1 it is 2^-872 of the terms of
// its integral.
//
// The points lie around 0 at scales from 2^-39 to 2^40, and around each border between points with a
// value and points without one. The moderate scales come first, as an agreement says the less the closer
// the points are to each other: close to 0, x^9 vanishes beside 1. For the same reason each point is
// tested at 1024 bits and, if it agrees, at 4096.
#pragma once

#include <vector>

#include "common/ball/evaluator.h"
#include "worker/integrator/verifier/point_tester.h"
#include "worker/integrator/verifier/sample_points.h"

namespace motzkin::integrator {

// Returns at most 12 points that decide, each of which is strictly real. Stops when `tester` is out of
// work.
std::vector<TestedPoint> FindFarPoints(ball::Evaluator& evaluator, PointTester& tester,
                                       PointSampler& sampler);

}  // namespace motzkin::integrator
