// RootOf(polynomial in kBound): one root of the polynomial, always the same one, whatever the
// precision: the smallest real root; without real roots the one with the smallest 0.618 Re + 0.7 Im
// (weights under which roots that mirror each other do not tie).
//
// An answer that names a root is right for every choice of it, so the choice needs only to be
// fixed.
//
// Thread-safe.
#pragma once

#include <functional>

#include "common/ball/arithmetic.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

inline constexpr long kRootDegreeMax = 64;

// The value of a node that does not hold the unknown. Called for such nodes below `root_of` only.
using ConstantValue = std::function<const Ball&(expression::Expr)>;

// `root_of` is a kRootOf node. Undefined: not a polynomial, its degree is 0 or above
// kRootDegreeMax, or its roots cannot be told apart at this precision.
Ball RootOf(expression::Expr root_of, const ConstantValue& constant, slong bits);

}  // namespace motzkin::ball
