// The versioned canonical form, its hash, and the skeleton.
//
// The canonical form decides which functions count as duplicates of each other. Sums and products
// are flattened and sorted, rational arithmetic is carried out (in bounded exact rationals), like
// terms and powers are collected, signs and rational factors are pulled out, x^0, 0*u and 1*u
// vanish, sqrt(u) is u^(1/2), u/v is u*v^-1. Every rewrite holds for every real x at which both
// sides are defined and real. None changes a branch: sqrt(x^2) and log(exp(x)) stay. The form is
// the same on every platform and compiler, and a change of any output bumps the version.
//
// In detail, for rational c, whole n, canonical u and v:
//   sums       c*(u + v) as a whole is c*u + c*v; within a product and under a whole exponent, a
//              sum loses its content: (2*x + 2)*u is 2*(x + 1)*u. Products and powers of sums are
//              never expanded.
//   powers     u^a*u^b = u^(a+b), also with e as the base; (u^a)^n = u^(a*n);
//              (u*v)^n = u^n*v^n; (c*u)^a = c^a*u^a for c > 0; (u^a)^b = u^(a*b) for |a| < 1;
//              exp(log(u)) = u; e = exp(1)
//   numbers    4^(1/2) = 2, 12^(1/2) = 2*3^(1/2), 2^(1/2)*3^(1/2) = 6^(1/2),
//              (-8)^(1/3) = 2*(-1)^(1/3), (-1)^(1/2) = i, 2^(x+1) = 2*2^x; a power of more than
//              1,024 bits is not carried out
//   functions  sin(-u) = -sin(u) and the other odd and even ones; |c*u| = |c|*|u|; values at 0
//              and 1; sin(asin(u)) = u and the like, but not asin(sin(u))
//   domains    x/x is 1 and 0*log(x) is 0, because both sides agree wherever both are defined.
//
// The skeleton decides how functions are split between training and test data. It is the canonical
// form without rational coefficients: every other rational number becomes one placeholder, and with
// the coefficients overall sign and scale disappear.
//
// Thread-safe in distinct pools.
#pragma once

#include <cstdint>

#include "common/expression/expression.h"

namespace motzkin::expression {

inline constexpr uint32_t kCanonicalVersion = 1;
inline constexpr uint32_t kSkeletonVersion = 1;

// Returns the canonical form of `expr`, which belongs to `pool`. Undefined where the expression
// provably has no value (division by zero), or if a bound was hit. Idempotent. Work is bounded, and
// about linear for usual functions, however much they share.
Expr Canonical(Expr expr, Pool& pool);

// Returns the hash of a canonical form; `canonical` must come from Canonical().
uint64_t CanonicalHash(Expr canonical);
// Returns the hash of the skeleton of a canonical form.
uint64_t SkeletonHash(Expr canonical);

// Removes the terms without x from a canonical sum; other expressions come back as they are. The
// result is canonical.
Expr DropAdditiveConstant(Expr canonical, Pool& pool);

}  // namespace motzkin::expression
