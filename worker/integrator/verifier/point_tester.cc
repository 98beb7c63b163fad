#include "worker/integrator/verifier/point_tester.h"

#include <algorithm>
#include <iterator>

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::Realness;

constexpr slong kFirstBits = 128;
constexpr slong kLaterBits[] = {256, 512, 1024};
constexpr slong kRecheckBits[] = {1024, 4096};
// Two numbers that agree to 100 bits at a random point count as equal.
constexpr slong kToleranceBits = 100;

// Allows for cancellation, which may cost a quarter of the bits.
constexpr slong ToleranceBits(slong bits) { return bits - bits / 4; }

}  // namespace

Agreement Compare(const ball::Evaluator& evaluator, slong tolerance_bits) {
  const Ball& f = evaluator.value();
  const Ball& derivative = evaluator.derivative();
  if (!f.Overlaps(derivative)) return Agreement::kDiffers;
  Ball difference;
  // 128 bits are enough at any precision, because the rounding is relative to the difference
  // itself.
  acb_sub(difference.get(), derivative.get(), f.get(), kFirstBits);
  mag_t distance, size;
  mag_init(distance);
  mag_init(size);
  // An upper bound of |F' - f| against a lower bound of |f|: agreement is never due to wide balls.
  acb_get_mag(distance, difference.get());
  acb_get_mag_lower(size, f.get());
  mag_mul_2exp_si(size, size, -tolerance_bits);
  const bool close = mag_cmp(distance, size) <= 0;
  mag_clear(distance);
  mag_clear(size);
  return close ? Agreement::kAgrees : Agreement::kUndecided;
}

Tally Count(const std::vector<TestedPoint>& points) {
  Tally tally;
  for (const TestedPoint& point : points) {
    if (point.agreement == Agreement::kAgrees) {
      ++tally.agreed;
      tally.zeros += point.zero ? 1 : 0;
    }
    if (point.agreement == Agreement::kNoValue) ++tally.without_value;
    if (point.agreement == Agreement::kDiffers) {
      ++(point.assumed_cut ? tally.doubtful : tally.differed);
    }
  }
  return tally;
}

// A sum that is identically 0, such as sin(x)^2 + cos(x)^2 - 1, is a ball around 0 at any precision, and
// no difference is small beside it.
bool PointTester::BothVanish(slong bits) const {
  if (acb_is_zero(evaluator_.value().get()) && acb_is_zero(evaluator_.derivative().get()))
    return true;
  // A true value that is not 0 but so small must be hidden by terms of ordinary size.
  const slong exponent = -ToleranceBits(bits);
  return bits >= kLaterBits[std::size(kLaterBits) - 1] && evaluator_.value().ContainsZero() &&
         evaluator_.derivative().ContainsZero() && evaluator_.value().IsBelow(exponent) &&
         evaluator_.derivative().IsBelow(exponent);
}

void PointTester::CompareAt(TestedPoint& point, slong bits, slong tolerance_bits) {
  precision_bits_ = std::max(precision_bits_, static_cast<int>(bits));
  point.zero = false;
  point.agreement = Agreement::kNoValue;
  if (evaluator_.EvaluateDerivative()) {
    point.agreement = Compare(evaluator_, tolerance_bits);
    point.zero = point.agreement != Agreement::kDiffers && BothVanish(bits);
    if (point.zero) point.agreement = Agreement::kAgrees;
  }
  // Asked after both evaluations, as either may have assumed a branch.
  point.assumed_cut = evaluator_.assumed_cut();
}

void PointTester::TestAt(TestedPoint& point, slong bits, slong tolerance_bits) {
  point.agreement = Agreement::kUndecided;
  if (evaluator_.EvaluateValue(point.at.ToBall(), bits) == Realness::kUndefined) return;
  CompareAt(point, bits, tolerance_bits);
}

Realness PointTester::TestOnce(TestedPoint& point, bool strictly_real_only) {
  const Realness realness = evaluator_.EvaluateValue(point.at.ToBall(), kFirstBits);
  if (realness == Realness::kStrictlyReal ||
      (realness == Realness::kComplex && !strictly_real_only)) {
    CompareAt(point, kFirstBits, kToleranceBits);
  }
  return realness;
}

Realness PointTester::TestFinely(TestedPoint& point) {
  // Most points in question have no value at all, and then the lowest precision is enough.
  const Realness realness = evaluator_.EvaluateValue(point.at.ToBall(), kFirstBits);
  if (realness == Realness::kStrictlyReal) {
    TestAt(point, kRecheckBits[0], ToleranceBits(kRecheckBits[0]));
  }
  return realness;
}

void PointTester::Resolve(std::vector<TestedPoint>& points) {
  // All points take one precision before any takes the next, because the evaluator computes its
  // constants anew whenever the precision changes.
  for (const slong bits : kLaterBits) {
    for (TestedPoint& point : points) {
      if (point.agreement == Agreement::kAgrees || point.agreement == Agreement::kDiffers) continue;
      if (OutOfWork()) return;
      TestAt(point, bits, kToleranceBits);
    }
  }
}

void PointTester::Recheck(std::vector<TestedPoint>& points) {
  for (const slong bits : kRecheckBits) {
    const slong tolerance_bits = ToleranceBits(bits);
    for (TestedPoint& point : points) {
      if (point.agreement != Agreement::kAgrees) continue;
      if (OutOfWork()) return;
      TestedPoint again = point;
      TestAt(again, bits, tolerance_bits);
      // Only a proof takes an agreement back. One that cannot be confirmed to so many bits still
      // stands.
      if (again.agreement == Agreement::kDiffers) point = again;
    }
  }
}

}  // namespace motzkin::integrator
