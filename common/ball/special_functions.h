// Values of special functions in ball arithmetic. They are rarely needed: the derivative of most
// of these functions is elementary.
//
// Undefined where a function has no value here, and for the Weierstrass functions (no rule needs
// their values but those the evaluator finds without them).
//
// Thread-safe.
#pragma once

#include <span>

#include "common/ball/ball.h"
#include "common/expression/expression.h"

namespace motzkin::ball {

// kEi .. kEllipticK: one argument.
Ball SpecialFunction(expression::Op op, const Ball& z, slong bits);

// The derivative of the digamma function.
Ball Trigamma(const Ball& z, slong bits);

// kPolylog .. kBesselK: arguments in the order of expression.h, without kHypergeometric.
Ball SpecialFunction(expression::Op op, std::span<const Ball* const> arguments, slong bits);

// pFq(upper; lower; z), every parameter raised by `shift`.
Ball Hypergeometric(std::span<const Ball* const> upper, std::span<const Ball* const> lower,
                    const Ball& z, long shift, slong bits);

// E(m), the complete elliptic integral of the second kind.
Ball CompleteEllipticE(const Ball& m, slong bits);

}  // namespace motzkin::ball
