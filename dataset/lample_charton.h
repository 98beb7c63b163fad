// Writes expressions in the tokens of Lample and Charton (arXiv 1912.01412), as their code writes
// the expressions that SymPy holds:
//
//   sums, products  nested to the right, numbers first
//   operators       no neg, sub or div between expressions: -u is `mul INT- 1 u`, u/v is
//                   `mul u pow v INT- 1`, and `div` only makes a rational of two integers
//   functions       u^(1/2) is `sqrt u`; `exp`, `ln`, `abs` and so on
//   integers        `INT+ 1 0` is 10
//   constants       pi, E, I
//
// The only simplifications are those that SymPy makes at once and that hold for complex values,
// too: numeric factors are multiplied, numeric terms are added, 1/u^c is u^-c, 1/exp(u) is exp(-u),
// and 0 and 1 are dropped where they have no effect.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/expression/expression.h"

namespace motzkin::dataset {

// Writes `expr`, an expression of `pool`, which gets new nodes. UNIMPLEMENTED: the expression holds
// something that their vocabulary lacks (a special function, RootOf); the message names it.
// Thread-safe in distinct pools.
absl::StatusOr<std::string> WriteLampleCharton(expression::Expr expr, expression::Pool& pool);

}  // namespace motzkin::dataset
