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

// How the values that `evaluator` holds compare.
Agreement Compare(const ball::Evaluator& evaluator, slong tolerance_bits);

struct TestedPoint {
  SamplePoint at;
  Agreement agreement = Agreement::kUndecided;
  // Some value was taken to lie on a branch cut.
  bool assumed_cut = false;
};

struct Tally {
  int agreed = 0;
  int differed = 0;
  // Differences that rest on an assumed branch: no proof, but no agreement either.
  int doubtful = 0;
  int without_value = 0;
  int decided() const { return agreed + differed; }
};

Tally Count(const std::vector<TestedPoint>& points);

// Thread-compatible.
class PointTester {
 public:
  // `evaluator` must outlive this and has f as its value and F as what is differentiated.
  PointTester(ball::Evaluator& evaluator, uint64_t work_max)
      : evaluator_(evaluator), work_max_(work_max) {}

  // Tests at the lowest precision, unless f is not strictly real there and only that is wanted.
  // What f is there.
  ball::Realness TestOnce(TestedPoint& point, bool strictly_real_only);
  // Tests the undecided ones again, from 256 up to 1024 bits.
  void Resolve(std::vector<TestedPoint>& points);
  // Tests all again at up to 4096 bits, to a tolerance that grows with the precision: one dominant
  // term hides a small wrong one from 128 bits.
  void Recheck(std::vector<TestedPoint>& points);

  bool OutOfWork() const { return evaluator_.work() > work_max_; }
  // The highest precision used.
  int precision_bits() const { return precision_bits_; }

 private:
  void TestAt(TestedPoint& point, slong bits, slong tolerance_bits);
  // EvaluateValue has given f a value at `point`.
  void CompareAt(TestedPoint& point, slong bits, slong tolerance_bits);

  ball::Evaluator& evaluator_;
  uint64_t work_max_;
  int precision_bits_ = 0;
};

}  // namespace motzkin::integrator
