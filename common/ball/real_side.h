// Tells where a real ball lies relative to a point, for choosing a branch. Thread-safe.
#pragma once

#include "common/ball/ball.h"

namespace motzkin::ball {

// Returns 1 if certainly a >= n, -1 if certainly a < n, and 0 if the ball does not decide.
inline int Side(arb_srcptr a, long n) {
  arb_t distance;
  arb_init(distance);
  arb_sub_si(distance, a, n, MAG_BITS);
  const int side = arb_is_nonnegative(distance) ? 1 : arb_is_negative(distance) ? -1 : 0;
  arb_clear(distance);
  return side;
}

// Returns 1 if certainly |a| <= 1, -1 if certainly |a| > 1, and 0 if the ball does not decide.
inline int InsideUnit(arb_srcptr a) {
  if (arb_is_one(a) || arb_equal_si(a, -1)) return 1;
  const int above_minus_one = Side(a, -1);
  const int above_one = Side(a, 1);
  if (above_minus_one == -1) return -1;
  if (above_one == 1) return arb_contains_si(a, 1) ? 0 : -1;
  return above_minus_one == 1 && above_one == -1 ? 1 : 0;
}

}  // namespace motzkin::ball
