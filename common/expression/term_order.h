// The order of terms and factors in the canonical form. Inside this module only.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::expression {

// A total order of the canonical expressions of one pool, by structure alone: negative, 0, positive
// as `a` comes before, is, or comes after `b`. Products compare by their factors and powers by
// base, then by exponent with the larger first, so that sums of powers come out in descending
// order; rational coefficients decide last.
int CompareTerms(Expr a, Expr b);

}  // namespace motzkin::expression
