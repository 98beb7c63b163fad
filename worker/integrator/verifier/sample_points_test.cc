#include "worker/integrator/verifier/sample_points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

namespace motzkin::integrator {
namespace {

TEST(SamplePointTest, PrintsAllItsDigits) {
  EXPECT_EQ(ToString({3l << kPointBits, 0}), "3");
  EXPECT_EQ(ToString({-(1l << (kPointBits - 1)), 0}), "-0.5");
  EXPECT_EQ(ToString({1, 0}), "0.00000095367431640625");
  EXPECT_EQ(ToString({5l << (kPointBits - 2), -(1l << (kPointBits - 2))}), "1.25 + -0.25*I");
}

TEST(PointSamplerTest, TheSameSeedGivesTheSamePoints) {
  PointSampler a(7), b(7), c(8);
  const long first = a.Real(0).real;
  EXPECT_EQ(first, b.Real(0).real);
  EXPECT_NE(first, c.Real(0).real);
}

TEST(PointSamplerTest, PointsAreMostlyInTheMiddleAndNeverOnASimpleFraction) {
  PointSampler sampler(1);
  int inside = 0;
  for (int attempt = 0; attempt < 24; ++attempt) {
    const double x = std::ldexp(static_cast<double>(sampler.Real(attempt).real), -kPointBits);
    EXPECT_NE(std::fmod(x * 1024, 1.0), 0.0);
    if (x > -3 && x < 2.5) ++inside;
  }
  EXPECT_GE(inside, 18);
}

TEST(PointSamplerTest, PointsBesideACentreHaveItsScale) {
  PointSampler sampler(3);
  for (long scale = -kScaleMax; scale <= kScaleMax; ++scale) {
    const SamplePoint above = sampler.Beside(0, scale, true),
                      below = sampler.Beside(0, scale, false);
    const auto value = [](const SamplePoint& point) {
      return std::ldexp(static_cast<double>(point.real), static_cast<int>(-point.bits));
    };
    const double size = std::ldexp(1.0, static_cast<int>(-scale));
    EXPECT_GT(value(above), size / 2);
    EXPECT_LT(value(above), size);
    EXPECT_LT(value(below), -size / 2);
    EXPECT_GT(value(below), -size);
  }
  EXPECT_EQ(ToString({1, 0, kPointBitsMax}),
            "0.000000000000000000867361737988403547205962240695953369140625");
  EXPECT_EQ(ToString({(1l << kPointBitsMax) - 1, 0, kPointBitsMax}),
            "0.999999999999999999132638262011596452794037759304046630859375");
}

TEST(PointSamplerTest, ComplexPointsKeepOffTheRealAxis) {
  PointSampler sampler(1);
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(std::labs(sampler.Complex().imag), 1l << (kPointBits - 3));
  }
}

}  // namespace
}  // namespace motzkin::integrator
