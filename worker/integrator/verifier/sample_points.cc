#include "worker/integrator/verifier/sample_points.h"

#include <fmt/format.h>

#include <cstdlib>

namespace motzkin::integrator {
namespace {

std::string Decimal(long numerator, long bits) {
  const char* sign = numerator < 0 ? "-" : "";
  unsigned long rest = static_cast<unsigned long>(std::labs(numerator));
  const unsigned long one = 1ul << bits;
  std::string text = fmt::format("{}{}", sign, rest / one);
  rest %= one;
  if (rest != 0) text += '.';
  // A fraction over 2^n has at most n decimals. Ten times the rest fits, as it is below 2^60.
  for (; rest != 0; rest %= one) {
    rest *= 10;
    text += static_cast<char>('0' + rest / one);
  }
  return text;
}

}  // namespace

std::string ToString(const SamplePoint& point) {
  const std::string real = Decimal(point.real, point.bits);
  if (point.imag == 0) return real;
  return fmt::format("{} + {}*I", real, Decimal(point.imag, point.bits));
}

uint64_t PointSampler::Next() {
  // SplitMix64 (Steele, Lea, Flood 2014) gives the same numbers everywhere and is good enough for
  // choosing points.
  state_ += 0x9e3779b97f4a7c15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

long PointSampler::Between(long lower_quarters, long upper_quarters) {
  const long quarter = 1l << (kPointBits - 2);
  const auto width = static_cast<uint64_t>((upper_quarters - lower_quarters) * quarter);
  // An odd numerator is never an integer or a simple fraction, where functions tend to be singular.
  return lower_quarters * quarter + static_cast<long>((Next() % width) | 1);
}

SamplePoint PointSampler::Real(int attempt) {
  // Some points lie close to 0: elsewhere a term such as exp(-1000*x^2) vanishes beside the others.
  if (attempt % 6 == 2) return {Between(-1, 1), 0};
  if (attempt % 6 == 5) return {Between(-48, 48), 0};
  if (attempt < 24 || attempt % 2 == 1) return {Between(-12, 10), 0};
  return attempt % 4 == 0 ? SamplePoint{Between(-40, 40), 0} : SamplePoint{Between(-400, 400), 0};
}

SamplePoint PointSampler::Beside(long centre, long scale, bool above) {
  const long half = 1l << (kPointBits - 1);
  const long size = half + static_cast<long>((Next() % static_cast<uint64_t>(half)) | 1);
  const long offset = above ? size : -size;
  if (scale < 0) return {centre + offset * (1l << -scale), 0};
  return {centre * (1l << scale) + offset, 0, kPointBits + scale};
}

SamplePoint PointSampler::Complex() {
  const long real = Between(-12, 10);
  const long eighth = 1l << (kPointBits - 3);
  const long imag = Between(-12, 10);
  return {real, imag >= 0 ? imag + eighth : imag - eighth};
}

}  // namespace motzkin::integrator
