// Writes a canonical form the way people and training data write functions, as a binary tree:
//
//   x^-1 * 3 * y   ->  3*y/x          x + -1*y      ->  x - y
//   x^(1/2)        ->  sqrt(x)        x^(-3/2)      ->  1/x^(3/2)
//   1/2 * x        ->  x/2            -1/2 * x      ->  -(x/2)
//
// N-ary sums and products become left-nested pairs in canonical order. A sum starts with its first
// positive term and subtracts the negative ones. A product becomes numerator over denominator, with
// integers first. A minus sign goes into the integer of the numerator if there is one.
//
// Only the notation changes: Canonical() of the result is the canonical form again. A change of any
// output is a new generator version, because integrands are stored in this form.
//
// Thread-safe in distinct pools.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::generator {

// Presents `canonical`, an expression of `pool`. The cost is linear in its distinct nodes.
expression::Expr Present(expression::Expr canonical, expression::Pool& pool);

}  // namespace motzkin::generator
