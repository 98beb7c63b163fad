// Where answers are tested: points with 20-bit dyadic fractions, so that they are exact at every
// precision and print as finite decimals, drawn from a seed.
#pragma once

#include <cstdint>
#include <string>

#include "common/ball/ball.h"

namespace motzkin::integrator {

inline constexpr long kPointBits = 20;

// (real + imag*I) / 2^20
struct SamplePoint {
  long real = 0;
  long imag = 0;

  ball::Ball ToBall() const { return ball::Ball::DyadicComplex(real, imag, kPointBits); }
};

// "0.5", "-1.25 + 0.75*I": all digits.
std::string ToString(const SamplePoint& point);

// An endless, reproducible sequence of points. Thread-compatible.
class PointSampler {
 public:
  explicit PointSampler(uint64_t seed) : state_(seed) {}

  // Mostly in (-3, 2.5), where functions made of small integers are real and tame. The further
  // `attempt` (from 0) has got without success, the wider it looks.
  SamplePoint Real(int attempt);
  // Both parts in (-3, 2.5), off the real axis by at least 1/8.
  SamplePoint Complex();

 private:
  uint64_t Next();
  // An odd numerator over 2^20 in (lower, upper), bounds in quarters.
  long Between(long lower_quarters, long upper_quarters);

  uint64_t state_;
};

}  // namespace motzkin::integrator
