// Compares F' with f at one point after another, at rising precision, within a bound on work.
#pragma once

#include <cstdint>
#include <vector>

#include "common/ball/evaluator.h"
#include "worker/integrator/verifier/sample_points.h"

namespace motzkin::integrator {

enum class Agreement {
  kNoValue,    // F' has no finite value where f has one
  kUndecided,  // the balls overlap without being close enough, or f has no value at this precision
  kAgrees,     // |F' - f| <= 2^-tolerance |f|
  kDiffers,    // the balls are disjoint: a proof
};

// Compares the two values that `evaluator` holds.
Agreement Compare(const ball::Evaluator& evaluator, slong tolerance_bits);

struct TestedPoint {
  SamplePoint at;
  Agreement agreement = Agreement::kUndecided;
  // Some value was taken to lie on a branch cut, so a difference proves nothing.
  bool assumed_cut = false;
  // f is 0 here, exactly or as far as 1024 bits tell.
  bool zero = false;
};

struct Tally {
  int agreed = 0;
  int differed = 0;
  // Differences that rest on an assumed branch. They prove nothing, but they are no agreement
  // either.
  int doubtful = 0;
  int without_value = 0;
  int zeros = 0;  // of those that agreed
  int decided() const { return agreed + differed; }
};

Tally Count(const std::vector<TestedPoint>& points);

// Thread-compatible.
class PointTester {
 public:
  // `evaluator` must outlive this. Its value is f, and it differentiates F.
  PointTester(ball::Evaluator& evaluator, uint64_t work_max)
      : evaluator_(evaluator), work_max_(work_max) {}

  // Tests at the lowest precision, except where f is not strictly real and only such points are
  // wanted. Returns whether f is real there.
  ball::Realness TestOnce(TestedPoint& point, bool strictly_real_only);
  // Tests the undecided points again at 256 to 1024 bits.
  void Resolve(std::vector<TestedPoint>& points);
  // Tests at 1024 bits, to a tolerance of 768, where f is strictly real. Returns whether f is real there.
  ball::Realness TestFinely(TestedPoint& point);
  // Tests the points that agree again at up to 4096 bits, to a tolerance that grows with the
  // precision: at 128 bits, one dominant term can hide a small wrong one.
  void Recheck(std::vector<TestedPoint>& points);

  bool OutOfWork() const { return evaluator_.work() > work_max_; }
  // The highest precision that was used.
  int precision_bits() const { return precision_bits_; }

 private:
  void TestAt(TestedPoint& point, slong bits, slong tolerance_bits);
  // Whether F' and f are both 0 as far as `bits` tell.
  bool BothVanish(slong bits) const;
  // Compares at `point`, where EvaluateValue has just given f a value.
  void CompareAt(TestedPoint& point, slong bits, slong tolerance_bits);

  ball::Evaluator& evaluator_;
  uint64_t work_max_;
  int precision_bits_ = 0;
};

}  // namespace motzkin::integrator
