// The integral of a real function between two limits as a ball, by Arb's rigorous quadrature.
//
// The line is cut until the function is analytic and strictly real on each piece, which one evaluation on
// the piece as a wide ball proves. Runs of such pieces go to acb_calc_integrate(). The rest is stretches of
// 2^-240 around singular points, and the line beyond 2^k for an infinite limit: there the integrand is
// bounded (end_bound.h), or at least takes values in a ball.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>

#include "common/ball/ball.h"
#include "common/expression/expression.h"
#include "worker/integrator/verifier/pi_number.h"

namespace motzkin::integrator {

struct Limit {
  ball::Ball place;                    // real; of no meaning if infinite
  int infinite = 0;                    // -1: -oo, 1: oo
  std::optional<PiNumber> exact = {};  // if it is a simple number
};

// The precision of everything here, limits included.
inline constexpr slong kQuadratureBits = 384;

// Returns a ball that contains the integral. Work counts as in ball::Evaluator. Thread-safe in distinct
// pools.
//   UNIMPLEMENTED      the integrand has an operation without a rule
//   OUT_OF_RANGE       it is not real somewhere, or its integral could not be bounded somewhere, which
//                      the message names; it may diverge
//   RESOURCE_EXHAUSTED more work than `work_max`
absl::StatusOr<ball::Ball> Integrate(expression::Expr integrand, const Limit& lower,
                                     const Limit& upper, expression::Pool& pool, uint64_t work_max);

}  // namespace motzkin::integrator
