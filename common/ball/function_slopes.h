// g'(u) for the functions g of one argument, a row each.
//
// The rules are written apart from those of common/expression on purpose: those make the integrands
// of kind `backward`, and the verifier would find a wrong one right if it used the same text.
//
// Thread-safe.
#pragma once

#include "common/ball/arithmetic.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// Which values the rule of `op` reads: u, or the function's own value where the derivative is cheaper
// with it (tan' = 1 + tan^2). The caller need not compute the other.
bool SlopeReadsArgument(expression::Op op);
bool SlopeReadsOwn(expression::Op op);

// `own` is g(u). Undefined for abs, sign, floor, re, im and conj, which have no derivative by a
// complex u (derivative_rules.h).
Ball Slope(expression::Op op, const Ball& u, const Ball& own, Arithmetic& m);

}  // namespace motzkin::ball
