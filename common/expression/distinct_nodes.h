// The distinct nodes below an expression, children before parents: what makes work on shared trees
// linear. Inside this module only.
#pragma once

#include <vector>

#include "common/expression/expression.h"

namespace motzkin::expression {

// Sorted by id, `root` last.
std::vector<Expr> DistinctNodes(Expr root);

}  // namespace motzkin::expression
