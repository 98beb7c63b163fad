// The order of terms and factors in the canonical form. Inside this module only.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::expression {

// Whether a canonical expression is a product with a rational coefficient, its first factor.
bool HasCoefficient(Expr expr);

// Compares canonical expressions of one pool in a total order, by structure alone. The result is
// negative, 0 or positive if `a` comes before, is, or comes after `b`. Products compare by their
// factors. Powers compare by base, then by exponent with the larger first, so that sums of powers
// come out in descending order. Rational coefficients decide last.
int CompareTerms(Expr a, Expr b);

}  // namespace motzkin::expression
