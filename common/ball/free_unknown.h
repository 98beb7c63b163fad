// Finds the nodes that depend on the unknown of the RootOf around them.
#pragma once

#include <vector>

#include "common/expression/expression.h"

namespace motzkin::ball {

// Returns the nodes of `body` that hold kBound outside of any RootOf within `body`, by ascending
// id, that is, children first. Thread-safe.
std::vector<expression::Expr> NodesWithFreeUnknown(expression::Expr body);

}  // namespace motzkin::ball
