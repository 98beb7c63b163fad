// Rewrites ln|u| as ln u. On a piece of the domain where u keeps its sign the two differ by a
// constant (0 or i pi), so one is an antiderivative where the other is. Inside a larger formula
// that need not hold, so the caller has to verify the result again.
//
// Thread-safe in distinct pools.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::dataset {

// Returns `expr`, an expression of `pool`, with ln|u| replaced by ln u everywhere. Returns `expr`
// itself if it has no logarithm of an absolute value.
expression::Expr StripLnAbs(expression::Expr expr, expression::Pool& pool);

// Whether `expr` holds an absolute value or a sign.
bool HasAbs(expression::Expr expr);

}  // namespace motzkin::dataset
