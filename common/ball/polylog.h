// Evaluates polylogarithms of the small whole orders that answers of engines hold, ten times as fast as
// Arb's general function and without the bits that it loses.
//
// Thread-safe: each thread keeps coefficients of its own.
#pragma once

#include "common/ball/ball.h"

namespace motzkin::ball {

// Sets `result` to Li_order(z), on the principal branch, whose cut is [1, inf). Where no series of ours
// serves, because of order, precision or place, that is the result of acb_polylog().
void Polylog(acb_t result, const acb_t order, const acb_t z, slong bits);

}  // namespace motzkin::ball
