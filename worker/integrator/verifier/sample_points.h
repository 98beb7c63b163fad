// The points at which answers are tested. They have dyadic fractions, nearly always of 20 bits, so they
// are exact at every precision and print as finite decimals, and they are drawn from a seed.
#pragma once

#include <cstdint>
#include <string>

#include "common/ball/ball.h"

namespace motzkin::integrator {

inline constexpr long kPointBits = 20;

// The largest `bits` of a point, and the largest scale of PointSampler::Beside().
inline constexpr long kPointBitsMax = 60;
inline constexpr long kScaleMax = kPointBitsMax - kPointBits;

// The number (real + imag*I) / 2^bits.
struct SamplePoint {
  long real = 0;
  long imag = 0;
  long bits = kPointBits;  // at most kPointBitsMax

  ball::Ball ToBall() const { return ball::Ball::DyadicComplex(real, imag, bits); }
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
  // Draws from (2^-scale/2, 2^-scale) above `centre` / 2^20, or below it if `above` is false. |scale| <=
  // kScaleMax, and |centre| * 2^scale < 2^62.
  SamplePoint Beside(long centre, long scale, bool above);
  // Draws both parts from (-3, 2.5), at least 1/8 off the real axis.
  SamplePoint Complex();

 private:
  uint64_t Next();
  // Draws an odd numerator over 2^20 in (lower, upper); the bounds are in quarters.
  long Between(long lower_quarters, long upper_quarters);

  uint64_t state_;
};

}  // namespace motzkin::integrator
