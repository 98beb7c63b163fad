// The versioned canonical form, its hash, and the skeleton.
//
// The canonical form decides what "the same function" means for duplicates: sums and products are
// flattened and sorted, rational arithmetic is carried out (in bounded exact rationals), like terms
// and powers are collected, signs and rational factors are pulled out, x^0, 0*u and 1*u vanish,
// sqrt(u) is u^(1/2), u/v is u*v^-1. Only rewrites that hold for every real x at which both sides
// are defined and real; nothing that changes a branch (sqrt(x^2) stays, log(exp(x)) stays).
// Deterministic: the same on every platform and compiler. A change of any output bumps the version.
//
// The skeleton (splits): the canonical form with each rational constant abstracted to a
// placeholder, commutative order, overall sign and scale removed.
//
// Thread-safe in distinct pools.
#pragma once

#include <cstdint>

#include "common/expression/expression.h"

namespace motzkin::expression {

inline constexpr uint32_t kCanonicalVersion = 1;
inline constexpr uint32_t kSkeletonVersion = 1;

// Canonical form of `expr`, which belongs to `pool`. Undefined where it provably has no value
// (division by zero) or a bound was hit. Idempotent.
Expr Canonical(Expr expr, Pool& pool);

// Hash of the canonical form; `canonical` must come from Canonical().
uint64_t CanonicalHash(Expr canonical);
// Hash of the skeleton of a canonical form.
uint64_t SkeletonHash(Expr canonical, Pool& pool);

// Removes the terms of a canonical sum that hold no x; `expr` itself when it has none.
Expr DropAdditiveConstant(Expr canonical, Pool& pool);

}  // namespace motzkin::expression
