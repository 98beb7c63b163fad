// The points at which answers are tested. They have 20-bit dyadic fractions, so they are exact at
// every precision and print as finite decimals, and they are drawn from a seed.
#pragma once

#include <cstdint>
#include <string>

#include "common/ball/ball.h"

namespace motzkin::integrator {

inline constexpr long kPointBits = 20;

// The number (real + imag*I) / 2^20.
struct SamplePoint {
  long real = 0;
  long imag = 0;

  ball::Ball ToBall() const { return ball::Ball::DyadicComplex(real, imag, kPointBits); }
};

// Returns all digits, as in "0.5" or "-1.25 + 0.75*I".
std::string ToString(const SamplePoint& point);

// An endless, reproducible sequence of points. Thread-compatible.
class PointSampler {
 public:
  explicit PointSampler(uint64_t seed) : state_(seed) {}

  // Draws mostly from (-3, 2.5), where functions made of small integers are real and tame. The
  // range widens with `attempt`, which counts from 0.
  SamplePoint Real(int attempt);
  // Draws both parts from (-3, 2.5), at least 1/8 off the real axis.
  SamplePoint Complex();

 private:
  uint64_t Next();
  // Draws an odd numerator over 2^20 in (lower, upper); the bounds are in quarters.
  long Between(long lower_quarters, long upper_quarters);

  uint64_t state_;
};

}  // namespace motzkin::integrator
