// Bounds the integral of a function over a stretch that begins at a singular point, or that goes to
// infinity.
//
// With t > 0 the distance from the point, or 1/|x|, each subexpression is written as
//
//   C * t^p * L^q * exp(k * t^-m),   L = -log(t),   0 < t <= delta < 1/8
//
// with balls C and k that hold for all such t, and rational p, q and m. The rules of growth.cc combine
// these; where terms of a sum cancel at a finite point, the first Taylor coefficient that does not vanish
// there takes their place.
#pragma once

#include <optional>

#include "common/ball/ball.h"
#include "common/expression/expression.h"
#include "worker/integrator/verifier/pi_number.h"

namespace motzkin::integrator {

// Where a stretch begins.
struct End {
  ball::Ball place;               // real, of one number
  std::optional<PiNumber> exact;  // that number, if it is known
};

// Returns a ball around 0 that contains the integral over the stretch of this width above `end`
// (side = 1) or below it (side = -1); nothing if no bound was found, as for 1/x at 0.
std::optional<ball::Ball> BoundAtEnd(expression::Expr f, expression::Pool& pool, const End& end,
                                     int side, const ball::Ball& width);

// Returns the same of the whole line beyond side * 2^k, k > 3.
std::optional<ball::Ball> BoundAtInfinity(expression::Expr f, expression::Pool& pool, int side,
                                          long k);

}  // namespace motzkin::integrator
