// Symbolic derivative with respect to x, for kinds `backward` and `by_parts` and for tests. The
// verifier does not use it: it differentiates in ball arithmetic (common/ball).
//
// Thread-safe in distinct pools.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::expression {

// Not simplified beyond dropping zero and unit terms; linear in the distinct nodes of `expr`, which
// belongs to `pool`. For real x and real arguments of abs and sign, whose derivatives are
// sign(u)*u' and 0.
//
// Undefined where kFloor, kRe, kIm, kConj, kDigamma or a kRootOf holds x, where a parameter other
// than the differentiable argument does, or where a bound of the pool was hit.
Expr Derivative(Expr expr, Pool& pool);

}  // namespace motzkin::expression
