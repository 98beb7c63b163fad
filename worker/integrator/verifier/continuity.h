// Finds where a right antiderivative jumps although its integrand has values there, as
// atan(tan(x/2)) does at x = pi. Such an answer is right where it is continuous, but the difference of
// its values at two ends is the integral between them only if no jump lies between.
#pragma once

#include <cstdint>

#include "common/expression/expression.h"
#include "motzkin/v1/outcome.pb.h"

namespace motzkin::integrator {

// Returns the parts of [-8, 8] on which `answer` is continuous, if it jumps at a place where `integrand`
// is analytic; the ends are exact to 1/1000. Nothing if no jump was found with about `work_max` of an
// evaluator's work. A jump is proved: the difference of the values on either side of a narrow stretch is
// not the integral over it.
google::protobuf::RepeatedPtrField<motzkin::v1::Interval> FindContinuousParts(
    expression::Expr integrand, expression::Expr answer, uint64_t work_max);

}  // namespace motzkin::integrator
