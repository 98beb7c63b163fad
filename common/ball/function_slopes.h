// The derivatives g'(u) of the functions g of one argument, as a table.
//
// The rules are kept apart from those of common/expression on purpose. Those make the integrands of
// kind `backward`, and if the verifier used the same text, it would find a wrong one right.
//
// Thread-safe.
#pragma once

#include "common/ball/arithmetic.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// Whether the rule of `op` reads u, and whether it reads the value of the function itself, which it
// does where the derivative is cheaper with it (tan' = 1 + tan^2). The caller need not compute a
// value that is not read.
bool SlopeReadsArgument(expression::Op op);
bool SlopeReadsOwn(expression::Op op);

// Returns g'(u), where `own` is g(u). Undefined for abs, sign, floor, re, im and conj, which have
// no derivative by a complex u (derivative_rules.h).
Ball Slope(expression::Op op, const Ball& u, const Ball& own, Arithmetic& m);

}  // namespace motzkin::ball
