// RootOf(polynomial in kBound) stands for one root of the polynomial, the same one at every
// precision: the smallest real root, or without real roots the one with the smallest 0.618 Re + 0.7
// Im. The weights are chosen so that roots that mirror each other do not tie.
//
// An answer that names a root is right for every choice of it, as long as the choice is fixed.
//
// Thread-safe.
#pragma once

#include <functional>

#include "common/ball/arithmetic.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

inline constexpr long kRootDegreeMax = 64;

// Returns the value of a node that does not hold the unknown. It is called for nodes below
// `root_of` only.
using ConstantValue = std::function<const Ball&(expression::Expr)>;

// Returns the root that `root_of`, a kRootOf node, stands for. Undefined: its child is not a
// polynomial, the degree is 0 or above kRootDegreeMax, or the roots cannot be told apart at this
// precision.
Ball RootOf(expression::Expr root_of, const ConstantValue& constant, slong bits);

}  // namespace motzkin::ball
