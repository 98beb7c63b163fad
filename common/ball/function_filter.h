// Decides in ball arithmetic whether a function is worth integrating. Rigorous in what it accepts:
// a usable function provably has a real value, and a nonzero derivative, at some point.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::ball {

enum class FunctionClass {
  kUsable,    // strictly real at some sample point, with a derivative that is provably not 0 there
  kConstant,  // has real values, and the derivative could be told from 0 at none of the points
  kNoRealDomain,  // strictly real at none of the points
};

// Samples fixed dyadic points; the same answer everywhere. Elementary functions only; about 0.1 ms.
// Thread-safe in distinct pools.
FunctionClass Classify(expression::Expr f);

}  // namespace motzkin::ball
