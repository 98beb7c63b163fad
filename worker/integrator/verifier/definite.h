// Judges the value of a definite integral: the integral is a ball (quadrature.h), and the candidate is
// another.
#pragma once

#include <string_view>

#include "common/expression/expression.h"
#include "motzkin/integrator/v1/integrator.pb.h"

namespace motzkin::integrator {

// Prefix tokens without x, "oo" or "-oo".
struct LimitTexts {
  std::string_view lower;
  std::string_view upper;
};

// `integrand` and `candidate` belong to `pool`; without a candidate, null, only the value is asked for,
// and there is a reason exactly if fewer than 10 digits are known. VERIFIED: the balls overlap, and at
// least 10 digits of the value are known. REFUTED: they are disjoint, which is a proof. Otherwise
// UNVERIFIED with its reason. Sets the value and its digits wherever they are known.
v1::Judgement JudgeValue(expression::Expr integrand, expression::Expr candidate,
                         const LimitTexts& limits, expression::Pool& pool);

}  // namespace motzkin::integrator
