#include "worker/integrator/verifier/far_points.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::Evaluator;
using ball::Realness;

// Lower than this, precision only costs time: a value that overflows does so at any precision.
constexpr slong kBits = 128;
constexpr size_t kPointsWanted = 12;
constexpr size_t kBordersMax = 4;
// Points that have a value and decide nothing are as dear as those that decide.
constexpr int kUndecidedMax = 48;
// The usual points lie as far from 0 as 2^7, and as close to it as 2^-2.
constexpr long kScalesOfZero[] = {3,   -8, 6,   -12, 9,   -16, 12,  -20, 15, -24, 18,
                                  -28, 21, -32, 24,  -36, 27,  -40, 30,  33, 36,  39};
constexpr long kScalesOfBorders[] = {1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29};

// A point that was tried, as a numerator over 2^20.
struct TriedPoint {
  long real = 0;
  bool has_value = false;
};

bool HasValue(Evaluator& evaluator, long real) {
  return evaluator.EvaluateValue(Ball::Dyadic(real, kPointBits), kBits) != Realness::kUndefined;
}

// Returns where values end between two tried points, to 2^-20, on the side that has them.
long Border(Evaluator& evaluator, TriedPoint low, TriedPoint high) {
  while (high.real - low.real > 1) {
    const long middle = low.real + (high.real - low.real) / 2;
    const TriedPoint tried = {middle, HasValue(evaluator, middle)};
    (tried.has_value == low.has_value ? low : high) = tried;
  }
  return low.has_value ? low.real : high.real;
}

std::vector<long> Borders(Evaluator& evaluator, PointSampler& sampler) {
  constexpr int kTried = 96;
  std::vector<TriedPoint> tried;
  for (int attempt = 0; attempt < kTried; ++attempt) {
    const long real = sampler.Real(attempt).real;
    tried.push_back({real, HasValue(evaluator, real)});
  }
  std::sort(tried.begin(), tried.end(),
            [](const TriedPoint& a, const TriedPoint& b) { return a.real < b.real; });
  std::vector<long> borders;
  for (size_t i = 1; i < tried.size() && borders.size() < kBordersMax; ++i) {
    if (tried[i - 1].has_value != tried[i].has_value)
      borders.push_back(Border(evaluator, tried[i - 1], tried[i]));
  }
  return borders;
}

class Search {
 public:
  Search(PointTester& tester, PointSampler& sampler) : tester_(tester), sampler_(sampler) {}

  // Tries two points on either side of `centre`.
  void Try(long centre, long scale) {
    for (const bool above : {true, false, true, false}) {
      if (Done()) return;
      TestedPoint point{sampler_.Beside(centre, scale, above)};
      const Realness realness = tester_.TestFinely(point);
      const bool decided =
          point.agreement == Agreement::kAgrees || point.agreement == Agreement::kDiffers;
      if (decided) found_.push_back(point);
      if (!decided && realness == Realness::kStrictlyReal) ++undecided_;
    }
  }
  bool Done() const {
    return found_.size() >= kPointsWanted || undecided_ > kUndecidedMax || tester_.OutOfWork();
  }
  std::vector<TestedPoint> Take() { return std::move(found_); }

 private:
  PointTester& tester_;
  PointSampler& sampler_;
  std::vector<TestedPoint> found_;
  int undecided_ = 0;
};

}  // namespace

std::vector<TestedPoint> FindFarPoints(Evaluator& evaluator, PointTester& tester,
                                       PointSampler& sampler) {
  const std::vector<long> borders = Borders(evaluator, sampler);
  Search search(tester, sampler);
  for (size_t i = 0; i < std::size(kScalesOfZero) && !search.Done(); ++i) {
    search.Try(0, kScalesOfZero[i]);
    if (i >= std::size(kScalesOfBorders)) continue;
    for (const long border : borders) search.Try(border, kScalesOfBorders[i]);
  }
  std::vector<TestedPoint> found = search.Take();
  tester.Recheck(found);
  return found;
}

}  // namespace motzkin::integrator
