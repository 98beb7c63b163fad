// Decides in ball arithmetic whether a function is worth integrating. Acceptance is a proof: a
// usable function has a real value and a nonzero derivative at some point.
#pragma once

#include "common/expression/expression.h"

namespace motzkin::ball {

enum class FunctionClass {
  kUsable,        // strictly real at a sample point where the derivative is provably not 0
  kConstant,      // strictly real at some point, but no derivative could be told from 0
  kNoRealDomain,  // strictly real at none of the points
};

// Samples fixed dyadic points, so the answer is the same everywhere. For elementary functions only;
// takes about 0.1 ms. Thread-safe in distinct pools.
FunctionClass Classify(expression::Expr f);

}  // namespace motzkin::ball
