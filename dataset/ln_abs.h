// ln|u| as ln u. For x in a piece of the domain where u keeps its sign the two differ by a constant
// (0 or i pi), so one is an antiderivative where the other is; elsewhere in a formula they are not
// the same, so whoever rewrites checks the result again.
//
// Thread-safe in distinct pools.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::dataset {

// `expr`, of `pool`, with each logarithm of an absolute value as one of what is inside; `expr`
// itself when it has none.
expression::Expr StripLnAbs(expression::Expr expr, expression::Pool& pool);

// Holds an absolute value or a sign.
bool HasAbs(expression::Expr expr);

}  // namespace motzkin::dataset
