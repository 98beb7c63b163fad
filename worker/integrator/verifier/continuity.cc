#include "worker/integrator/verifier/continuity.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "common/ball/evaluator.h"
#include "worker/integrator/verifier/line_cells.h"

namespace motzkin::integrator {
namespace {

using ball::Ball;
using ball::Evaluator;
using ball::Realness;

constexpr slong kPointPrecision = 128;
// A jump between pieces that are further apart than this was not searched closely.
constexpr long kSpotMax = 4;
constexpr long kNarrow = 1l << (kCellBits - 3);

bool IsAnalytic(Evaluator& function, const Cell& cell) {
  return function.EvaluateValue(ToBall(cell), kWideBits) != Realness::kUndefined &&
         !function.assumed_cut();
}

bool HasValueAt(Evaluator& function, long place, Ball& value) {
  if (function.EvaluateValue(Ball::Dyadic(place, kCellBits), kPointPrecision) ==
          Realness::kUndefined ||
      function.assumed_cut()) {
    return false;
  }
  value = function.value();
  return true;
}

// Returns the pieces on which the function is proved analytic, in ascending order.
std::vector<Cell> AnalyticPieces(Evaluator& function, uint64_t work_max) {
  std::deque<Cell> open;
  for (long unit = -kHalfWidth; unit < kHalfWidth; ++unit)
    open.push_back({unit << kCellBits, (unit + 1) << kCellBits});
  std::vector<Cell> analytic;
  for (; !open.empty() && function.work() < work_max; open.pop_front()) {
    const Cell cell = open.front();
    const long middle = cell.lower + cell.width() / 2;
    Ball ignored;
    if (IsAnalytic(function, cell)) {
      analytic.push_back(cell);
    } else if (cell.width() > kNarrow ||
               (cell.width() > 1 && HasValueAt(function, middle | 1, ignored))) {
      open.push_back({cell.lower, middle});
      open.push_back({middle, cell.upper});
    }
  }
  std::sort(analytic.begin(), analytic.end(),
            [](const Cell& a, const Cell& b) { return a.lower < b.lower; });
  return analytic;
}

enum class Spot { kContinuous, kJump, kUnknown };

// Says what the answer does between two pieces.
Spot LookAt(const Cell& spot, Evaluator& integrand, Evaluator& answer) {
  Ball below, above;
  if (spot.width() > kSpotMax ||
      integrand.EvaluateValue(ToBall(spot), kWideBits) == Realness::kUndefined ||
      integrand.assumed_cut() || !HasValueAt(answer, spot.lower, below) ||
      !HasValueAt(answer, spot.upper, above)) {
    return Spot::kUnknown;
  }
  const Ball difference = ball::BallOf(acb_sub, above.get(), below.get(), kPointPrecision);
  const Ball integral = ball::BallOf(acb_mul, integrand.value().get(),
                                     Ball::Dyadic(spot.width(), kCellBits).get(), kWideBits);
  return difference.Overlaps(integral) ? Spot::kContinuous : Spot::kJump;
}

}  // namespace

google::protobuf::RepeatedPtrField<motzkin::v1::Interval> FindContinuousParts(
    expression::Expr integrand, expression::Expr answer, uint64_t work_max) {
  absl::StatusOr<Evaluator> f = Evaluator::Create(integrand, answer);
  absl::StatusOr<Evaluator> values = Evaluator::Create(answer, answer);
  if (!f.ok() || !values.ok()) return {};
  std::vector<Cell> parts;
  bool jumps = false;
  for (const Cell& run : Join(AnalyticPieces(*values, work_max), 0)) {
    const Spot spot =
        parts.empty() ? Spot::kUnknown : LookAt({parts.back().upper, run.lower}, *f, *values);
    jumps = jumps || spot == Spot::kJump;
    if (spot == Spot::kContinuous) {
      parts.back().upper = run.upper;
    } else {
      parts.push_back(run);
    }
  }
  return jumps ? ToIntervals(parts) : google::protobuf::RepeatedPtrField<motzkin::v1::Interval>();
}

}  // namespace motzkin::integrator
