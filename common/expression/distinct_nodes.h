// Lists the distinct nodes below an expression, children before parents, which makes work on shared
// trees linear. Thread-safe.
#pragma once

#include <vector>

#include "common/expression/expression.h"

namespace motzkin::expression {

// Returns them sorted by id, with `root` last.
std::vector<Expr> DistinctNodes(Expr root);

}  // namespace motzkin::expression
