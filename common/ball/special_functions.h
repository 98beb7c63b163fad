// Values of special functions in ball arithmetic. They are rarely needed, because the derivative of
// most of these functions is elementary.
//
// The result is Undefined where a function has no value, where an argument is so large that Arb
// would take seconds, and for the Weierstrass functions: the evaluator finds the only values that
// rules need without calling them.
//
// Thread-safe.
#pragma once

#include <span>

#include "common/ball/ball.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// Evaluates kEi .. kEllipticK, the functions of one argument.
Ball SpecialFunction(expression::Op op, const Ball& z, slong bits);

// Returns the derivative of the digamma function.
Ball Trigamma(const Ball& z, slong bits);

// Evaluates kPolylog .. kBesselK, with the arguments in the order of expression.h; not
// kHypergeometric.
Ball SpecialFunction(expression::Op op, std::span<const Ball* const> arguments, slong bits);

// Returns pFq(upper; lower; z) with every parameter raised by `shift`.
Ball Hypergeometric(std::span<const Ball* const> upper, std::span<const Ball* const> lower,
                    const Ball& z, long shift, slong bits);

// Returns E(m), the complete elliptic integral of the second kind.
Ball CompleteEllipticE(const Ball& m, slong bits);

}  // namespace motzkin::ball
