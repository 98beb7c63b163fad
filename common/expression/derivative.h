// Symbolic derivative with respect to x, for kinds `backward` and `by_parts` and for tests. The
// verifier does not use it: it differentiates in ball arithmetic (common/ball).
//
// Thread-safe in distinct pools.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::expression {

// Not simplified beyond dropping zero and unit terms. Undefined for kFloor, kRe, kIm, kConj and
// where a parameter other than the differentiable argument holds x.
Expr Derivative(Expr expr, Pool& pool);

}  // namespace motzkin::expression
