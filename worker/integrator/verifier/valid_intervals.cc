#include "worker/integrator/verifier/valid_intervals.h"

#include <algorithm>
#include <deque>

#include "worker/integrator/verifier/point_test.h"

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::Realness;

constexpr long kCellBits = 10;  // The narrowest piece is 2^-10 wide.
constexpr long kHalfWidth = 8;  // Of the searched part of the line.
constexpr slong kWideBits = 64;

// In units of 2^-10.
struct Cell {
  long lower = 0;
  long upper = 0;
  long width() const { return upper - lower; }
};

Ball ToBall(const Cell& cell) {
  Ball result;
  arf_t lower, upper;
  arf_init(lower);
  arf_init(upper);
  arf_set_si_2exp_si(lower, cell.lower, -kCellBits);
  arf_set_si_2exp_si(upper, cell.upper, -kCellBits);
  arb_set_interval_arf(result.real(), lower, upper, kWideBits);
  arf_clear(lower);
  arf_clear(upper);
  return result;
}

bool IsAnalytic(const Cell& cell, ball::Evaluator& evaluator) {
  return evaluator.EvaluateValue(ToBall(cell), kWideBits) == Realness::kStrictlyReal &&
         evaluator.EvaluateDerivative();
}

// Breadth first, so that a bound on work leaves the finest detail out, not one side of the line.
std::vector<Cell> AnalyticCells(ball::Evaluator& evaluator, uint64_t work_limit) {
  std::deque<Cell> open;
  for (long unit = -kHalfWidth; unit < kHalfWidth; ++unit) {
    open.push_back({unit << kCellBits, (unit + 1) << kCellBits});
  }
  std::vector<Cell> analytic;
  for (; !open.empty() && evaluator.work() < work_limit; open.pop_front()) {
    const Cell cell = open.front();
    if (IsAnalytic(cell, evaluator)) {
      analytic.push_back(cell);
    } else if (cell.width() > 1) {
      const long middle = cell.lower + cell.width() / 2;
      open.push_back({cell.lower, middle});
      open.push_back({middle, cell.upper});
    }
  }
  std::sort(analytic.begin(), analytic.end(),
            [](const Cell& a, const Cell& b) { return a.lower < b.lower; });
  return analytic;
}

// Joins neighbours that are at most `gap` apart.
std::vector<Cell> Join(const std::vector<Cell>& cells, long gap) {
  std::vector<Cell> joined;
  for (const Cell& cell : cells) {
    if (!joined.empty() && cell.lower - joined.back().upper <= gap) {
      joined.back().upper = cell.upper;
    } else {
      joined.push_back(cell);
    }
  }
  return joined;
}

// A point inside, off the middle, where symmetry could make a difference vanish.
SamplePoint Inside(const Cell& cell) {
  const long scale = 1l << (kPointBits - kCellBits);
  return {cell.lower * scale + ((cell.width() * scale * 3 / 8) | 1), 0};
}

}  // namespace

std::vector<ValidInterval> FindValidIntervals(ball::Evaluator& evaluator, uint64_t work_max) {
  // A quarter of the work remains for the points.
  const uint64_t begin = evaluator.work();
  const std::vector<Cell> runs = Join(AnalyticCells(evaluator, begin + work_max / 4 * 3), 0);
  PointTester tester(evaluator, begin + work_max);
  std::vector<Cell> right;
  for (const Cell& run : runs) {
    if (tester.OutOfWork()) break;
    std::vector<TestedPoint> points = {{Inside(run)}};
    tester.TestOnce(points[0], /*strictly_real_only=*/true);
    tester.Resolve(points);
    tester.Recheck(points);
    if (points[0].agreement == Agreement::kAgrees) right.push_back(run);
  }
  std::vector<ValidInterval> result;
  // Two right runs with only a singular point between them are one interval.
  for (const Cell& cell : Join(right, 2)) {
    const double unit = 1.0 / (1l << kCellBits);
    result.push_back(
        {static_cast<double>(cell.lower) * unit, static_cast<double>(cell.upper) * unit});
  }
  return result;
}

}  // namespace motzkin::integrator
