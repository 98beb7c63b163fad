// Expressions in the tokens of Lample and Charton (arXiv 1912.01412), as their code writes what
// SymPy holds: sums and products nested to the right, numbers first; no neg, sub, div between
// expressions: -u is `mul INT- 1 u`, u/v is `mul u pow v INT- 1`, and `div` only makes a rational
// of two integers; u^(1/2) is `sqrt u`; `exp`, `ln`, `abs`; integers `INT+ 1 0`; constants pi, E,
// I.
//
// Nothing is simplified but what SymPy does on sight and what holds for complex values too: numeric
// factors are multiplied, numeric terms added, 1/u^c is u^-c, 1/exp(u) is exp(-u), 0 and 1 go where
// they say nothing.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/expression/expression.h"

namespace motzkin::dataset {

// `expr` of `pool`, which gets new nodes. UNIMPLEMENTED: it holds something that their vocabulary
// lacks (a special function, RootOf); the message names it. Thread-safe in distinct pools.
absl::StatusOr<std::string> WriteLampleCharton(expression::Expr expr, expression::Pool& pool);

}  // namespace motzkin::dataset
