#include "worker/integrator/verifier/valid_intervals.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <deque>

#include "worker/integrator/verifier/line_cells.h"

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::Realness;

constexpr long kNarrow = 1l << (kCellBits - 3);  // an eighth
constexpr long kPointScale = 1l << (kPointBits - kCellBits);

// Returns two points inside: one off the middle, where symmetry could make a difference vanish, and
// one close to the end next to 0, where no term is large.
std::vector<TestedPoint> PointsInside(const Cell& cell) {
  const long lower = cell.lower * kPointScale, width = cell.width() * kPointScale;
  const bool zero_below = std::labs(cell.lower) < std::labs(cell.upper);
  return {{{lower + ((width * 3 / 8) | 1), 0}},
          {{lower + ((width * (zero_below ? 1 : 31) / 32) | 1), 0}}};
}

enum class CellKind {
  kAnalytic,
  kNowhere,    // f is nowhere strictly real on it, or F' has no value
  kUndecided,  // a singularity, or too wide a ball
};

bool HasValues(const Ball& x, ball::Evaluator& evaluator) {
  return evaluator.EvaluateValue(x, kWideBits) != Realness::kUndefined &&
         evaluator.EvaluateDerivative();
}

CellKind Classify(const Cell& cell, ball::Evaluator& evaluator) {
  const Realness realness = evaluator.EvaluateValue(ToBall(cell), kWideBits);
  // This holds on the whole piece: a ball that crosses the end of a domain has no value at all
  // (common/ball/arithmetic.h).
  if (realness == Realness::kComplex) return CellKind::kNowhere;
  if (realness == Realness::kStrictlyReal && evaluator.EvaluateDerivative()) {
    return CellKind::kAnalytic;
  }
  // A narrow piece without values at an arbitrary point has none elsewhere either. Without this
  // rule, log(x - |x|) would be cut to the narrowest pieces on half of the line.
  const bool narrow = cell.width() <= kNarrow;
  return narrow && !HasValues(PointsInside(cell)[0].at.ToBall(), evaluator) ? CellKind::kNowhere
                                                                            : CellKind::kUndecided;
}

// Goes breadth first, so that a bound on work leaves out the finest detail, not one side of the
// line.
std::vector<Cell> AnalyticCells(ball::Evaluator& evaluator, uint64_t work_limit) {
  std::deque<Cell> open;
  for (long unit = -kHalfWidth; unit < kHalfWidth; ++unit) {
    open.push_back({unit << kCellBits, (unit + 1) << kCellBits});
  }
  std::vector<Cell> analytic;
  for (; !open.empty() && evaluator.work() < work_limit; open.pop_front()) {
    const Cell cell = open.front();
    const CellKind kind = Classify(cell, evaluator);
    if (kind == CellKind::kAnalytic) analytic.push_back(cell);
    if (kind == CellKind::kUndecided && cell.width() > 1) {
      const long middle = cell.lower + cell.width() / 2;
      open.push_back({cell.lower, middle});
      open.push_back({middle, cell.upper});
    }
  }
  std::sort(analytic.begin(), analytic.end(),
            [](const Cell& a, const Cell& b) { return a.lower < b.lower; });
  return analytic;
}

bool Holds(const Cell& cell, const SamplePoint& point) {
  // Only points of other scales are rounded, by less than any piece is wide.
  const double x = std::ldexp(static_cast<double>(point.real), static_cast<int>(-point.bits));
  return std::ldexp(static_cast<double>(cell.lower), -kCellBits) <= x &&
         x <= std::ldexp(static_cast<double>(cell.upper), -kCellBits);
}

enum class RunKind { kRight, kWrong, kUnknown };

RunKind Judge(const Cell& run, const std::vector<TestedPoint>& tested, PointTester& tester) {
  RunKind known = RunKind::kRight;
  for (const TestedPoint& point : tested) {
    if (point.agreement != Agreement::kDiffers || !Holds(run, point.at)) continue;
    if (!point.assumed_cut) return RunKind::kWrong;
    known = RunKind::kUnknown;
  }
  if (known == RunKind::kUnknown) return known;
  // F' - f is analytic on the run, so it is 0 everywhere or at isolated points only, and two points
  // decide.
  std::vector<TestedPoint> points = PointsInside(run);
  for (TestedPoint& point : points) tester.TestOnce(point, /*strictly_real_only=*/true);
  tester.Resolve(points);
  tester.Recheck(points);
  const Tally tally = Count(points);
  if (tally.differed > 0) return RunKind::kWrong;
  return tally.agreed > 0 && tally.doubtful == 0 ? RunKind::kRight : RunKind::kUnknown;
}

}  // namespace

IntervalSearch FindValidIntervals(ball::Evaluator& evaluator,
                                  const std::vector<TestedPoint>& tested, uint64_t work_max) {
  // A quarter of the work remains for testing points.
  const uint64_t begin = evaluator.work();
  const uint64_t search_limit = begin + work_max / 4 * 3;
  // Pieces that touch make one run: each is analytic up to and including their common end.
  const std::vector<Cell> runs = Join(AnalyticCells(evaluator, search_limit), 0);
  PointTester tester(evaluator, begin + work_max);
  IntervalSearch result;
  result.complete = evaluator.work() < search_limit;
  std::vector<Cell> right, wrong;
  for (const Cell& run : runs) {
    if (tester.OutOfWork()) {
      result.complete = false;
      break;
    }
    const RunKind kind = Judge(run, tested, tester);
    if (kind == RunKind::kRight) right.push_back(run);
    if (kind == RunKind::kWrong) wrong.push_back(run);
  }
  // Two runs with only a singular point between them make one interval.
  result.valid = ToIntervals(Join(right, 2));
  result.refuted = ToIntervals(Join(wrong, 2));
  return result;
}

}  // namespace motzkin::integrator
